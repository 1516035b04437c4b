"""Translations under their neighbours' ids are seen, with numbers and without."""

import pytest

from tools.translation.alignment import are_exchanged, are_shifted

_LINES = {
    "Where have you been all night, Martha?": "玛莎，你整晚都去哪儿了？",
    "Out.": "出去了。",
    "I waited until the candles were gone and the house was cold.": "我一直等到蜡烛烧完，屋里都冷了。",
    "Nobody asked you to.": "没人要你等。",
    "Did you at least find the doctor?": "你至少找到医生了吗？",
    "He would not come.": "他不肯来。",
    "We have to carry him to the harbour before it gets light.": "我们得在天亮之前把他抬到港口去。",
    "No!": "不行！",
}
SOURCES = {str(n): line for n, line in enumerate(_LINES, 1)}
CHINESE = list(_LINES.values())


def _under_ids(texts: list[str]) -> dict[str, str]:
    return dict(zip(SOURCES, texts, strict=False))


def test_lines_in_their_places_are_not_suspected() -> None:
    assert not are_shifted(SOURCES, _under_ids(CHINESE))


@pytest.mark.parametrize(
    "texts",
    [
        CHINESE[1:] + CHINESE[:1],
        CHINESE[1:],
        CHINESE[-1:] + CHINESE[:-1],
        [*CHINESE[:2], *CHINESE[3:]],
        [*CHINESE[:3], CHINESE[2], *CHINESE[3:-1]],
    ],
    ids=["all up", "first left out", "all down", "one left out", "one twice"],
)
def test_lines_without_numbers_under_their_neighbours_ids_are_shifted(texts: list[str]) -> None:
    assert are_shifted(SOURCES, _under_ids(texts))


def test_a_line_that_lacks_moves_no_suspicion_on_the_others() -> None:
    kept = {id: text for id, text in _under_ids(CHINESE).items() if id != "3"}

    assert not are_shifted(SOURCES, kept)


@pytest.mark.parametrize(
    ("translations", "expected"),
    [
        ({"1": "第1条", "2": "第2条", "3": "没有"}, False),
        ({"1": "第2条", "2": "第1条"}, True),
        ({"1": "第2条", "2": "第2条", "3": "没有"}, False),
        ({"1": "第7条", "2": "第8条"}, False),
        ({}, False),
    ],
    ids=["in place", "exchanged", "one alone", "other numbers", "nothing"],
)
def test_translations_with_each_others_numbers_are_shifted(
    translations: dict[str, str], expected: bool
) -> None:
    assert are_shifted({"1": "line 1", "2": "line 2", "3": "none"}, translations) is expected


_LONG = {
    "1": "船长愿意付出一切去弄明白钟声为什么没有响。",
    "2": "银行的那位朋友明天还会再问我们钱去了哪里。",
    "9": "Nobody in this town ever believed what the old doctor told them.",
}


@pytest.mark.parametrize(
    ("shorter", "expected"),
    [
        ({"1": "船长很想明白钟声为什么没有响。", "2": "他明天还会再问钱去了哪里。"}, False),
        ({"1": "他明天还会再问钱去了哪里。", "2": "船长很想明白钟声为什么没有响。"}, True),
        ({"1": "船长想明白。", "9": "钱去了哪里。"}, False),
        ({"1": "不懂。", "2": "问钱。", "9": ""}, False),
    ],
    ids=["in place", "exchanged", "one alone", "other words"],
)
def test_shorter_versions_that_repeat_each_others_lines_are_exchanged(
    shorter: dict[str, str], expected: bool
) -> None:
    assert are_exchanged(shorter, _LONG) is expected
