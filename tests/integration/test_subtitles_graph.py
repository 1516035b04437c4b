"""The whole subtitles graph: offline, and with a model server on loopback."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from evals.model_server import Answers, Fault, Faults, ModelServer, model_server
from graphs import settling
from graphs.registry import GRAPHS
from graphs.subtitles.graph import build, graph
from tools.errors import InvalidInput, ModelRefused
from tools.llm.chat_models import ChatModels, bind
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.llm.retries import Backoff
from tools.storage import base as storage
from tools.storage.local import LocalStorage
from tools.subtitles import open_subtitles

pytestmark = pytest.mark.usefixtures("closed_clients")

_SRT = (
    "1\n00:00:01,000 --> 00:00:03,000\n<i>Good morning.</i>\n\n"
    "2\n00:00:04,000 --> 00:00:06,000 X1:10\nWhere is\nthe station?\n\n"
    "3\n00:00:07,000 --> 00:00:08,000\n♪\n"
)
_VTT = (
    "WEBVTT\n\nNOTE a comment\n\n"
    "intro\n00:01.000 --> 00:03.000 line:0 align:start\n<v Ann>Good morning.</v>\n"
)
_ASS = (
    "[Script Info]\n; kept\n\n[V4+ Styles]\nFormat: Name\nStyle: Default\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,{\\an8}Good morning.\n"
)
_LRC = "[ti:Song]\n[00:01.00][00:05.00]Good morning.\n[00:03.00]Where is the station?\n"
_TTML = (
    '<tt xmlns="http://www.w3.org/ns/ttml"><body><div>'
    '<p begin="00:00:01.000" end="00:00:03.000">Good morning.</p></div></body></tt>\n'
)
_CHINESE = {
    "Good morning.": "早上好。",
    "Where is\nthe station?": "车站在哪里？",
    "Where is the station?": "车站在哪里？",
}


def _film(count: int, *, words: str = "Line {n} of the film.") -> str:
    return "\n".join(
        f"{n}\n{_clock(n * 4)},000 --> {_clock(n * 4 + 3)},000\n{words.format(n=n)}\n"
        for n in range(1, count + 1)
    )


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _translate(data: Mapping[str, Any]) -> dict[str, Any]:
    """An oracle for any cue; asked for fewer characters, it gives as many."""
    texts = {s["id"]: _words(s) for s in data["segments"]}
    return {"translations": [{"id": id, "text": text} for id, text in texts.items()]}


def _words(segment: Mapping[str, Any]) -> str:
    if limit := segment.get("max_characters"):
        return "短" * limit
    digits = "".join(character for character in segment["text"] if character.isdigit())
    return _CHINESE.get(segment["text"]) or f"电影的第{digits}行。"


@contextmanager
def _oracle(faults: Faults | None = None, answer: Any = _translate, **limits: Any) -> Iterator[ModelServer]:
    with model_server(Answers.oracle(answer), faults=faults) as server:
        choice = choose("openai:m", base_url=server.openai_url)
        models = ChatModels(
            {"primary": choice, "subtitle": choice},
            limits=TimeLimits(first_token=5, idle=1, total=10),
            backoff=Backoff(attempts=2, first_seconds=0.01),
            **limits,
        )
        with bind(models):
            yield server


@pytest.fixture(autouse=True)
def offline() -> Iterator[None]:
    """No model, unless a test brings one."""
    with bind(ChatModels({})):
        yield


async def _run(text: str, *targets: str, **more: Any) -> dict[str, Any]:
    return await graph.ainvoke({"text": text, "target_languages": [*targets] or ["zh"], **more})


async def test_a_lane_asks_for_its_next_batch_when_the_last_answer_is_stored() -> None:
    steps: list[str] = []

    def answer(data: Mapping[str, Any]) -> dict[str, Any]:
        steps.append("asked")
        return _translate(data)

    async def stored() -> None:
        steps.append("stored")

    with _oracle(answer=answer), settling.bind(stored):
        await _run(_film(3), options={"lanes": 1, "batch": 1, "shorten": False})

    assert steps == ["asked", "stored"] * 3


async def test_offline_gives_the_file_back_and_flags_every_cue() -> None:
    result = await _run(_SRT)
    chinese = result["targets"]["zh"]

    assert result["mode"] == "offline"
    assert chinese["text"] == _SRT
    assert (chinese["translated"], chinese["untranslated"]) == (0, 2)
    assert [flag["id"] for flag in chinese["flags"]] == ["1", "2"]


@pytest.mark.parametrize(
    ("source", "translated"),
    [
        (_SRT, _SRT.replace("Good morning.", "早上好。").replace("Where is\nthe station?", "车站在哪里？")),
        (_VTT, _VTT.replace("Good morning.", "早上好。")),
        (_ASS, _ASS.replace("Good morning.", "早上好。")),
        (_LRC, _LRC.replace("Good morning.", "早上好。").replace("Where is the station?", "车站在哪里？")),
        (_TTML, _TTML.replace("Good morning.", "早上好。")),
    ],
    ids=["srt", "vtt", "ass", "lrc", "ttml"],
)
async def test_words_change_and_all_else_of_the_file_stays(source: str, translated: str) -> None:
    with _oracle():
        result = await _run(source, options={"timing": "keep"})

    assert result["mode"] == "model"
    assert result["targets"]["zh"]["text"] == translated
    assert result["targets"]["zh"]["flags"] == []


async def test_what_could_be_markup_in_a_translation_is_written_as_words() -> None:
    with _oracle(answer={"Good morning.": "早上 & 好 < 晚上"}):
        result = await _run(_VTT)

    assert "早上 &amp; 好 &lt; 晚上" in result["targets"]["zh"]["text"]


async def test_a_translation_that_invents_a_tag_is_not_taken() -> None:
    with _oracle(answer={"Good morning.": "<b>早上好</b>"}):
        result = await _run(_VTT)

    assert result["targets"]["zh"]["text"] == _VTT
    assert result["targets"]["zh"]["flags"][0]["reasons"][0]["kind"] == "markup"


async def test_words_too_many_for_their_time_are_asked_for_shorter_once() -> None:
    long = {"Line 1 of the film.": "这一句电影里的第1行台词真的是非常非常长根本没有办法在这个时间里看完的。"}

    def answer(data: Mapping[str, Any]) -> dict[str, Any]:
        segment = data["segments"][0]
        text = "电影的第1行。" if "max_characters" in segment else long[segment["text"]]
        return {"translations": [{"id": segment["id"], "text": text}]}

    with _oracle(answer=answer) as server:
        result = await _run(_film(1))
    asked = json.loads(server.requests()[-1].body["messages"][1]["content"])["segments"][0]

    assert asked["max_characters"] == 28
    assert asked["previous"] == long["Line 1 of the film."]
    assert "电影的第1行。" in result["targets"]["zh"]["text"]
    assert result["targets"]["zh"]["conformity"]["share"] == 1.0


async def test_an_answer_that_is_no_shorter_changes_nothing() -> None:
    long = "这一句电影里的第1行台词真的是非常非常长根本没有办法在这个时间里看完的。"
    with _oracle(answer={"Line 1 of the film.": long}) as server:
        result = await _run(_film(1))

    assert len(server.requests()) == 2
    assert long in result["targets"]["zh"]["text"].replace("\n", "")
    assert result["targets"]["zh"]["conformity"]["counts"] == {"cps": 1, "lines": 1}


async def test_shorter_words_under_each_others_ids_change_nothing() -> None:
    long = {
        "Line 1 of the film.": "这一句电影里的第1行台词真的是非常非常长根本没有办法在这个时间里看完的。",
        "Line 2 of the film.": "第2行里船长愿意付出一切去弄明白主教回到岛上时教堂的钟声到底为什么没有响。",
    }

    def answer(data: Mapping[str, Any]) -> dict[str, Any]:
        texts = [long[segment["text"]] for segment in data["segments"]]
        if "max_characters" in data["segments"][0]:
            texts = [text[:20] for text in reversed(texts)]
        ids = [segment["id"] for segment in data["segments"]]
        return {"translations": [{"id": id, "text": text} for id, text in zip(ids, texts, strict=True)]}

    with _oracle(answer=answer) as server:
        result = await _run(_film(2))
    words = result["targets"]["zh"]["text"].replace("\n", "")

    assert len(server.requests()) == 2
    assert all(text in words for text in long.values())


async def test_times_are_fitted_to_the_profile_unless_they_are_to_be_kept() -> None:
    short = _SRT.replace("00:00:03,000", "00:00:01,300")
    with _oracle():
        fitted = (await _run(short))["targets"]["zh"]
        kept = (await _run(short, options={"timing": "keep"}))["targets"]["zh"]

    assert open_subtitles(fitted["text"].encode()).cues[0].duration >= 800
    assert open_subtitles(kept["text"].encode()).cues[0].duration == 300
    assert (fitted["retimed"] > 0, kept["retimed"]) == (True, 0)
    assert kept["conformity"]["counts"]["too_short"] == 1


@pytest.mark.parametrize(
    ("order", "cue"),
    [("target_first", "早上好。</i>\n<i>Good"), ("source_first", "morning.</i>\n<i>早上好。")],
)
async def test_both_languages_stand_in_a_cue_when_asked(order: str, cue: str) -> None:
    with _oracle():
        result = await _run(_SRT, options={"bilingual": order})

    assert cue in result["targets"]["zh"]["text"]
    assert len(open_subtitles(result["targets"]["zh"]["text"].encode()).cues) == 3


@pytest.mark.parametrize("fault", [Fault.BAD_JSON, Fault.EMPTY, Fault.REFUSAL])
async def test_no_fault_costs_a_cue(fault: Fault) -> None:
    with _oracle(Faults.always(fault)):
        result = await _run(_SRT)
    chinese = result["targets"]["zh"]

    assert chinese["text"] == _SRT
    assert [flag["status"] for flag in chinese["flags"]] == ["untranslated"] * 2


async def test_resumed_run_asks_no_batch_twice() -> None:
    kept = build().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    given = {"text": _film(40), "target_languages": ["zh"], "options": {"lanes": 3, "batch": 4}}
    with _oracle(Faults.always(Fault.BAD_KEY, after=5), max_concurrent=1) as server:
        with pytest.raises(ModelRefused):
            await kept.ainvoke(given, config)
        server.faults = Faults()
        result = await kept.ainvoke(None, config)

    assert result["targets"]["zh"]["translated"] == 40
    assert server.log.repeated() == {}


async def test_a_person_mends_a_cue_before_the_file_is_written() -> None:
    kept = build().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    given = {"text": _SRT, "target_languages": ["zh"], "options": {"review": True}}
    with _oracle(Faults.always(Fault.EMPTY)):
        shown = (await kept.ainvoke(given, config))["__interrupt__"][0].value
        result = await kept.ainvoke(Command(resume={"edits": {"zh": {"1": "早上好。"}}}), config)

    assert [item["id"] for item in shown["items"]] == ["1", "2"]
    assert "<i>早上好。</i>" in result["targets"]["zh"]["text"]
    assert [flag["id"] for flag in result["targets"]["zh"]["flags"]] == ["2"]


async def test_an_edit_of_a_line_that_comes_again_changes_the_one_that_the_reader_meant() -> None:
    """Lines that say the same are translated once, and edited each for itself."""
    kept = build().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    given = {"text": _film(3, words="Again."), "target_languages": ["zh"], "options": {"review": True}}
    with _oracle(Faults.always(Fault.EMPTY)):
        shown = (await kept.ainvoke(given, config))["__interrupt__"][0].value
        result = await kept.ainvoke(Command(resume={"edits": {"zh": {"2": "又一次。"}}}), config)

    assert [item["segments"] for item in shown["items"]] == [["1", "2", "3"]]
    texts = [cue.text for cue in open_subtitles(result["targets"]["zh"]["text"].encode()).cues]
    assert texts == ["Again.", "又一次。", "Again."]
    assert [flag["id"] for flag in result["targets"]["zh"]["flags"]] == ["1", "3"]


async def test_an_editor_is_given_every_cue_with_its_words_terms_and_flags(tmp_path: Path) -> None:
    local = LocalStorage(tmp_path)
    kept = build().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    glossary = [{"source": "station", "target": "车站"}]
    given = {"text": _SRT, "target_languages": ["zh"], "glossary": glossary, "options": {"review": True}}
    with storage.bind(local), _oracle(Faults.always(Fault.EMPTY)):
        shown = (await kept.ainvoke(given, config))["__interrupt__"][0].value
        asked = json.loads(await local.read(shown["sheet_id"]))
        result = await kept.ainvoke(Command(resume={"edits": {"zh": {"1": "早上好。"}}}), config)
        done = json.loads(await local.read(result["sheet_id"]))

    assert [(cue["id"], cue["words"], cue["is_translated"]) for cue in asked["cues"]] == [
        (1, "Good morning.", True),
        (2, "Where is\nthe station?", True),
        (3, "♪", False),
    ]
    rows = asked["targets"]["zh"]["cues"]
    assert [row["status"] for row in rows] == ["untranslated", "untranslated", None]
    assert rows[1]["terms"] == [["station", ["车站"]]]
    assert asked["targets"]["zh"]["limits"]["cps"] == 9
    assert done["targets"]["zh"]["cues"][0]["text"] == "早上好。"


async def test_times_are_moved_by_an_offset() -> None:
    result = await graph.ainvoke({"operation": "sync", "text": _SRT, "sync": {"offset_ms": 1500}})

    assert result["mode"] == "rules"
    assert result["file"]["text"] == (
        _SRT.replace("01,000 --> 00:00:03,000", "02,500 --> 00:00:04,500")
        .replace("04,000 --> 00:00:06,000", "05,500 --> 00:00:07,500")
        .replace("07,000 --> 00:00:08,000", "08,500 --> 00:00:09,500")
    )


async def test_times_are_moved_to_another_frame_rate_before_they_are_translated() -> None:
    rates = {"frame_rate": {"made_for": 25, "played_at": 50}}
    with _oracle():
        result = await _run(_SRT, sync=rates, options={"timing": "keep"})

    assert "00:00:00,500 --> 00:00:01,500" in result["targets"]["zh"]["text"]


async def test_a_file_is_brought_to_a_reference(tmp_path: Path) -> None:
    local = LocalStorage(tmp_path)
    late = (await graph.ainvoke({"operation": "sync", "text": _film(30), "sync": {"offset_ms": 2300}}))[
        "file"
    ]
    with storage.bind(local):
        reference = await local.write(_film(30).encode(), name="film.srt", media_type="text/plain")
        given = {"operation": "align", "text": late["text"], "reference_file_id": reference.file_id}
        result = await graph.ainvoke(given)
        written = await local.read(result["file"]["file_id"])

    assert result["alignment"]["matched"] == 30
    assert written.decode() == _film(30)


async def test_a_drift_is_taken_out_by_two_points() -> None:
    points = [{"from_ms": 1000, "to_ms": 2000}, {"from_ms": 7000, "to_ms": 14_000}]
    result = await graph.ainvoke({"operation": "sync", "text": _SRT, "sync": {"points": points}})

    assert "00:00:02,000 --> 00:00:06,000" in result["file"]["text"]
    assert "00:00:14,000 --> 00:00:16,000" in result["file"]["text"]


async def test_a_fix_mends_overlaps_and_exchanged_times_and_nothing_else() -> None:
    crossing = _SRT.replace("00:00:03,000", "00:00:05,000").replace(
        "00:00:07,000 --> 00:00:08,000", "00:00:08,000 --> 00:00:07,000"
    )
    result = await graph.ainvoke({"operation": "fix", "text": crossing})

    assert result["file"]["text"] == _SRT.replace("00:00:03,000", "00:00:03,916")
    assert result["file"]["conflict_count"] == 0


@pytest.mark.parametrize("format", ["srt", "vtt", "ass", "lrc", "ttml"])
async def test_translated_cues_are_written_in_the_format_that_is_asked_for(format: str) -> None:
    with _oracle():
        given = {"options": {"format": format}, "name": "film.vtt"}
        result = await _run(_VTT, **given)
    chinese = result["targets"]["zh"]
    file = open_subtitles(chinese["text"].encode())

    assert (file.format, chinese["name"]) == (format, f"film.zh.{format}")
    assert [(cue.start, cue.end > cue.start) for cue in file.cues] == [(1000, True)]
    assert "早上好。" in file.cues[0].text
    assert [note["code"] for note in result["warnings"]] == (
        ["lost_in_format"] if format in ("srt", "lrc", "ttml") else []
    )


async def test_a_profile_of_ones_own_and_the_viewers_decide_what_conforms(tmp_path: Path) -> None:
    local = LocalStorage(tmp_path)
    with storage.bind(local):
        own = await local.write(b"languages: {en: {cpl: 5}}", name="mine.yaml", media_type="text/yaml")
        given = {"operation": "check", "text": _SRT, "source_language": "en"}
        narrow = (await graph.ainvoke({**given, "profile_file_id": own.file_id}))["file"]
    children = (await graph.ainvoke({**given, "options": {"viewers": "children"}}))["file"]

    assert narrow["conformity"]["counts"]["cpl"] == 2
    assert "cpl" not in children["conformity"]["counts"]


async def test_lines_in_another_encoding_than_the_rest_are_read_and_named() -> None:
    """As a file is that two programs have edited."""
    cues = _film(4, words="今天天气很好，我们去公园吧。").split("\n\n")
    data = b"\n\n".join([cues[0].encode(), cues[1].encode("gb18030"), cues[2].encode(), cues[3].encode()])
    file = open_subtitles(data)

    assert [cue.text for cue in file.cues] == ["今天天气很好，我们去公园吧。"] * 4
    assert [problem.line for problem in file.problems] == [7]


async def test_a_check_changes_nothing_and_names_breaches_and_conflicts() -> None:
    crossing = _SRT.replace("00:00:03,000", "00:00:05,000")
    result = await graph.ainvoke({"operation": "check", "text": crossing, "source_language": "en"})

    assert result["file"]["text"] == crossing
    assert result["file"]["conformity"]["counts"]["overlap"] == 1
    assert [conflict["kind"] for conflict in result["file"]["conflicts"]] == ["overlap"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"text": _SRT}, "target_languages"),
        ({"text": _SRT, "operation": "check", "target_languages": ["zh"]}, "target_languages"),
        ({"text": _SRT, "operation": "sync"}, "field sync"),
        ({"text": _SRT, "operation": "align"}, "reference_file_id"),
        ({"text": _SRT, "operation": "sync", "sync": {"points": []}}, "points"),
        (
            {"text": _SRT, "operation": "sync", "sync": {"points": [{"from_ms": 1, "to_ms": 1}] * 2}},
            "two different times",
        ),
        ({"text": _SRT, "target_languages": ["zh"], "options": {"viewers": "cats"}}, "viewers"),
        ({"text": "no subtitles", "target_languages": ["zh"]}, "no subtitles"),
        ({"text": _SRT, "target_languages": ["zh"], "options": {"profile": {"cpx": 1}}}, "cpx"),
        ({"text": _SRT, "target_languages": ["zh"], "options": {"profil": {}}}, "profil"),
        (
            {"text": _SRT, "operation": "sync", "sync": {"frame_rate": {"made_for": 0, "played_at": 1}}},
            "made_for",
        ),
    ],
)
async def test_bad_input_is_refused_before_a_run(given: object, named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        await GRAPHS["subtitles"].check_input(given)
