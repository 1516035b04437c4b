"""Free indirect speech in quotation marks. All texts are written for these tests."""

import pytest

from tools.novels.quotations import find_spans

LONG = (
    "the mill had been sold for very little, and every friend of the family must be glad of it, for the old"
    " man could never hope to keep it through another winter"
)


def quotations(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find_spans(text, "en") if span.is_quotation]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'He grew easier. "It was true, {LONG}." They walked on.', id="alone"),
        pytest.param(
            f'He grew easier. "It was true," he said, "{LONG}." They walked on.', id="with a tag inside"
        ),
        pytest.param(
            'She asked about him. "Was he rich?"--"She believed he was thought so." "Was he kind?"--"He was'
            ' generally liked." Nobody could tell her more.',
            id="question and answer",
        ),
        pytest.param(
            'She thought that "it was a sort of house that she could not like," he said.', id="clause"
        ),
    ],
)
def test_a_turn_reported_throughout_is_narration(text: str) -> None:
    assert quotations(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f'"It was so, {LONG}."', [f'"It was so, {LONG}."'], id="begins the paragraph"),
        pytest.param(
            f'He grew easier. "It was so, {LONG}."\n\n"I see."',
            [f'"It was so, {LONG}."', '"I see."'],
            id="answered",
        ),
        pytest.param(
            "He turned. \"She was there all night and she couldn't have known him, not if he'd stood by her"
            ' bed with the lamp in his hand the whole time, and nobody else was there." He left.',
            [
                "\"She was there all night and she couldn't have known him, not if he'd stood by her"
                ' bed with the lamp in his hand the whole time, and nobody else was there."'
            ],
            id="contraction",
        ),
        pytest.param(
            '"Stop," he said. He went to the window and looked out. He was pale. "She was there, and she knew'
            ' him." He left.',
            ['"Stop,"', '"She was there, and she knew him."'],
            id="behind speech",
        ),
    ],
)
def test_direct_speech_about_others_in_the_past_is_kept(text: str, expected: list[str]) -> None:
    assert quotations(text) == expected


@pytest.mark.parametrize(
    "narration", ["She never said,", "Nobody could say to him,", "She had no power of saying to herself,"]
)
def test_what_nobody_says_is_narration(narration: str) -> None:
    assert quotations(f'{narration} "I am content."') == []


def test_what_somebody_never_fails_to_say_is_speech() -> None:
    assert quotations('She never failed to say, "I am content."') == ['"I am content."']


def test_a_noun_of_speech_behind_a_short_quotation_makes_it_speech() -> None:
    assert quotations('They parted, and "Come at noon" was his parting speech.') == ['"Come at noon"']
