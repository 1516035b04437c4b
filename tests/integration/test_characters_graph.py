"""The whole characters graph: on texts of our own, offline and with a model server on loopback."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import NodeTimeoutError
from langgraph.types import TimeoutPolicy

from evals.model_server import Answers, Fault, Faults, ModelServer, model_server
from evals.model_server.oracle import Oracle
from graphs.characters.graph import build, graph
from graphs.registry import GRAPHS
from tests.fixtures.garden import GARDEN, GardenGold
from tools import heartbeat
from tools.errors import InvalidInput, ModelRefused, ModelUnavailable
from tools.llm.chat_models import ChatModels, bind, current
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.llm.retries import Backoff
from tools.storage import base as storage
from tools.storage.local import LocalStorage

pytestmark = pytest.mark.usefixtures("closed_clients")

_FERRY = (Path(__file__).parents[1] / "fixtures" / "novels" / "ferry_in_the_rain.txt").read_text("utf-8")


def _models(base_url: str, **limits: Any) -> ChatModels:
    return ChatModels(
        {"primary": choose("openai:oracle", base_url=base_url)},
        limits=TimeLimits(first_token=5, idle=1, total=10),
        backoff=Backoff(attempts=2, first_seconds=0.01),
        **limits,
    )


@contextmanager
def _oracle(faults: Faults | None = None, **limits: Any) -> Iterator[ModelServer]:
    answers = Answers.oracle(Oracle(GardenGold()))
    with model_server(answers, faults=faults) as server, bind(_models(server.openai_url, **limits)):
        yield server


@pytest.fixture(autouse=True)
def offline() -> Iterator[None]:
    """Rules only, unless a test brings a model."""
    with bind(ChatModels({})):
        yield


async def _run(text: str, **more: Any) -> dict[str, Any]:
    return await graph.ainvoke({"text": text, **more})


async def _events(text: str, **more: Any) -> list[dict[str, Any]]:
    return [event async for event in graph.astream({"text": text, **more}, stream_mode="custom")]


def _speakers(result: Mapping[str, Any]) -> list[str | None]:
    return [quote["speaker"] for quote in result["quotes"]]


async def test_output_holds_the_result_and_nothing_else() -> None:
    assert set(await _run(GARDEN)) == {
        "mode",
        "language",
        "chapters",
        "characters",
        "alias_map",
        "quotes",
        "relations",
        "unsure",
        "history",
        "statistics",
        "warnings",
        "text_file_id",
    }


async def test_offline_run_says_so() -> None:
    result = await _run(GARDEN)

    assert result["mode"] == "offline"
    assert [warning["code"] for warning in result["warnings"]] == ["offline"]


async def test_english_speakers_are_found_by_rules() -> None:
    result = await _run(GARDEN)

    assert result["language"] == "en"
    assert _speakers(result)[:4] == ["Mr. Hale", "Miss Lane", "Miss Lane", "Mr. Hale"]


async def test_chinese_speakers_are_found_by_rules() -> None:
    result = await _run(_FERRY)

    assert result["language"] == "zh"
    assert _speakers(result)[0] == "沈砚"
    assert "阿蛮" in _speakers(result)


@pytest.mark.parametrize(
    "text",
    [GARDEN, _FERRY, GARDEN.replace("\n", "\r\n"), "\ufeff" + _FERRY],
    ids=["en", "zh", "CRLF", "BOM"],
)
async def test_offsets_are_code_points_of_the_text_as_given(text: str) -> None:
    result = await _run(text)

    assert result["quotes"]
    for quote in result["quotes"]:
        assert text[quote["start"] : quote["end"]] == quote["text"]
        assert quote["id"] == f"q{quote['start']}"
        assert quote["text"][0] in '"“'
    assert "".join(text[c["start"] : c["end"]] for c in result["chapters"]) == text


async def test_stages_are_reported_in_order_and_to_their_end() -> None:
    events = [event for event in await _events(GARDEN) if event["type"] == "progress"]
    stages = [
        (stage, [event["done"] for event in of_it]) for stage, of_it in groupby(events, lambda e: e["stage"])
    ]

    names = ["read", "chapters", "quotations", "names", "aliases", "attribution", "relations", "result"]
    assert [stage for stage, _ in stages] == names
    assert all(done == sorted(done) and done[0] == 0 and done[-1] == len(GARDEN) for _, done in stages)


async def test_stages_are_reported_in_order_with_a_model_too() -> None:
    with _oracle():
        events = [event for event in await _events(GARDEN) if event["type"] == "progress"]

    assert [stage for stage, _ in groupby(events, lambda event: event["stage"])] == [
        "read",
        "chapters",
        "quotations",
        "names",
        "aliases",
        "attribution",
        "relations",
        "result",
    ]


async def test_model_decides_and_what_it_used_is_counted() -> None:
    with _oracle() as server:
        result = await _run(GARDEN)

    assert result["mode"] == "model"
    assert {quote["method"] for quote in result["quotes"]} == {"model"}
    assert result["statistics"]["model_calls"] == len(server.requests())
    assert result["statistics"]["input_tokens"] > 0


async def test_speaker_without_a_name_becomes_a_minor_character() -> None:
    with _oracle():
        result = await _run(GARDEN)
    quote = next(quote for quote in result["quotes"] if "nothing of keys" in quote["text"])

    assert quote["speaker"].lower() in ("the old gardener", "old gardener")
    assert quote["speaker_id"] in {character["id"] for character in result["characters"]}


async def test_answers_that_stay_unusable_leave_the_rules_and_a_warning() -> None:
    with _oracle(Faults.always(Fault.BAD_JSON)):
        result = await _run(GARDEN)

    codes = {warning["code"] for warning in result["warnings"]}
    assert codes == {"model_answer_unusable"}
    assert all(quote["method"].startswith("rule:") for quote in result["quotes"])
    assert "window 1 of 1" in result["warnings"][0]["message"]


async def test_refused_key_ends_the_run() -> None:
    with _oracle(Faults.always(Fault.BAD_KEY)), pytest.raises(ModelRefused):
        await _run(GARDEN)


async def test_model_that_never_answers_ends_the_run() -> None:
    with _oracle(Faults.always(Fault.UNAVAILABLE)), pytest.raises(ModelUnavailable):
        await _run(GARDEN)


async def test_resumed_run_asks_only_what_was_not_answered() -> None:
    long = "\n".join(f"{GARDEN}\nThe {n}th day was like the one before.\n" for n in range(60))
    kept = build().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    with (
        _oracle(Faults.always(Fault.BAD_KEY, after=2), max_concurrent=1) as broken,
        pytest.raises(ModelRefused),
    ):
        await kept.ainvoke({"text": long}, config)
    with _oracle() as mended:
        result = await kept.ainvoke(None, config)

    answered = {request.question for request in broken.requests()[:2]}
    asked = [request.question for request in mended.requests()]
    assert result["quotes"]
    assert not answered & {*asked}
    assert len(asked) == len({*asked})


async def test_next_run_on_a_thread_inherits_nothing() -> None:
    kept = build().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    first = {"text": GARDEN, "language": "en", "options": {"enable_dialogue": False}}
    await kept.ainvoke(first, config)
    result = await kept.ainvoke({"text": _FERRY}, config)

    assert result["language"] == "zh"
    assert result["quotes"]
    assert [warning["code"] for warning in result["warnings"]] == ["offline"]


async def test_dialogue_and_relations_can_be_left_out() -> None:
    result = await _run(GARDEN, options={"enable_dialogue": False, "enable_relations": False})

    assert result["quotes"] == result["relations"] == []
    assert result["characters"]


async def test_most_important_characters_are_kept_and_the_rest_is_said() -> None:
    result = await _run(GARDEN, options={"max_characters": 1})

    assert len(result["characters"]) == 1
    assert "characters_left_out" in {warning["code"] for warning in result["warnings"]}
    assert {"Mr. Hale", "Miss Lane"} <= set(_speakers(result))
    assert {quote["speaker_id"] for quote in result["quotes"]} <= {None, result["characters"][0]["id"]}


async def test_text_without_quotations_is_read_and_warned_about() -> None:
    result = await _run(
        "Mr. Hale saw Miss Lane. Then Mr. Hale and Miss Lane went to town. Miss Lane laughed."
    )

    assert "no_quotations" in {warning["code"] for warning in result["warnings"]}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"text": GARDEN, "options": {"max_character": 3}}, "max_character"),
        ({"text": ""}, "empty"),
        ({"text": " \n\t "}, "empty"),
        ({"text": "“Go,” said Ann. \ud83d"}, "surrogate"),
        ({"text": "あの人は言いました。「行きましょう」と彼女は答えた。"}, "Japanese"),
        ({}, "exactly one"),
        ({"text": GARDEN, "language": "xx"}, "language"),
        ({"text": GARDEN, "titel": "x"}, "titel"),
    ],
)
async def test_bad_input_is_refused_before_a_run(given: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        await GRAPHS["characters"].check_input(given)


async def test_stored_file_is_read_and_its_text_kept(tmp_path: Path) -> None:
    local = LocalStorage(tmp_path)
    stored = await local.write(_FERRY.encode("gb18030", "ignore"), name="ferry.txt", media_type="text/plain")
    with storage.bind(local):
        result = await graph.ainvoke({"file_id": stored.file_id})
        kept = (await local.read(result["text_file_id"])).decode()

    assert all(kept[quote["start"] : quote["end"]] == quote["text"] for quote in result["quotes"])
    assert "沈砚" in kept


async def test_chapters_of_a_format_count_where_no_heading_does(tmp_path: Path) -> None:
    local = LocalStorage(tmp_path)
    pages = ("Ann’s tale", "“Go,” said Ann."), ("Ben’s tale", "“No,” said Ben.")
    stored = await local.write(_epub(pages), name="tales.epub", media_type="application/epub+zip")
    with storage.bind(local):
        result = await graph.ainvoke({"file_id": stored.file_id, "language": "en"})

    assert [chapter["title"] for chapter in result["chapters"]] == ["Ann’s tale", "Ben’s tale"]
    assert [quote["chapter"] for quote in result["quotes"]] == [0, 1]


def _epub(pages: Sequence[tuple[str, str]]) -> bytes:
    """A book of one page a chapter."""
    ids = [f"p{n}" for n in range(len(pages))]
    items = "".join(f'<item id="{i}" href="{i}.xhtml" media-type="application/xhtml+xml"/>' for i in ids)
    spine = "".join(f'<itemref idref="{i}"/>' for i in ids)
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        "<rootfiles>"
        '<rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
        "b.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    for identifier, (title, text) in zip(ids, pages, strict=True):
        body = f"<body><h1>{title}</h1><p>{text}</p></body>"
        files[f"{identifier}.xhtml"] = f'<html xmlns="http://www.w3.org/1999/xhtml">{body}</html>'
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


async def test_kept_text_is_announced(tmp_path: Path) -> None:
    with storage.bind(LocalStorage(tmp_path)):
        artifacts = [event for event in await _events(GARDEN) if event["type"] == "artifact"]

    assert [artifact["name"] for artifact in artifacts] == ["novel.txt"]


async def test_a_model_that_falls_silent_stops_the_run_and_not_the_worker() -> None:
    answers, silent = Answers.oracle(Oracle(GardenGold())), Faults.always(Fault.STALL)
    patient = TimeLimits(first_token=600, idle=600, total=600)
    with model_server(answers, faults=silent) as server:
        models = ChatModels({"primary": choose("openai:oracle", base_url=server.openai_url)}, limits=patient)
        with bind(models), pytest.raises(NodeTimeoutError):
            await build(TimeoutPolicy(idle_timeout=1.0)).compile().ainvoke({"text": GARDEN})

    assert set(Counter(request.question for request in server.requests()).values()) == {2}


async def test_a_window_that_waits_for_its_turn_is_not_taken_for_silent(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "langgraph")
    monkeypatch.setattr(heartbeat, "_SECONDS", 0.02)
    limit = TimeoutPolicy(idle_timeout=2.0)
    with _oracle(max_concurrent=1):
        turns = (await current()).layer.turns
        async with turns.turn("openai:other", 0):
            running = asyncio.create_task(build(limit).compile().ainvoke({"text": GARDEN}))
            done, _ = await asyncio.wait([running], timeout=3)

        assert not done
        assert (await running)["mode"] == "model"
    assert "Retrying task" not in caplog.text
