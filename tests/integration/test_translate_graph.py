"""The whole translate graph: offline, and with a model server on loopback."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command

from evals.model_server import Answers, Fault, Faults, ModelServer, model_server
from graphs.registry import GRAPHS
from graphs.translate.graph import build, graph
from tools.errors import InvalidInput, ModelRefused, ModelUnavailable
from tools.llm.chat_models import ChatModels, bind
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.llm.retries import Backoff
from tools.storage import base as storage
from tools.storage.local import LocalStorage
from tools.translation.tmx import read_tmx, write_tmx

pytestmark = pytest.mark.usefixtures("closed_clients")

_PAGE = "# A title\n\nSee `code` at https://example.org/x now.\n\n- One point\n- Another point\n"
_CHINESE = {
    "A title": "标题",
    "See ⟦1⟧ at ⟦2⟧ now.": "现在在⟦2⟧查看⟦1⟧。",
    "One point": "一点",
    "Another point": "另一点",
}
_LONG = "\n\n".join(f"This is paragraph number {n} of the text." for n in range(1, 41))


def _translate(data: Mapping[str, Any]) -> dict[str, Any]:
    """An oracle for any text: the words in Chinese signs, numbers kept."""
    if not data["target_language"].startswith("zh"):
        words = {s["id"]: f"{data['target_language']} {s['text']}" for s in data["segments"]}
    else:
        words = {s["id"]: _CHINESE.get(s["text"]) or _paragraph(_digits(s["text"])) for s in data["segments"]}
    return {"translations": [{"id": id, "text": text} for id, text in words.items()]}


def _paragraph(number: object) -> str:
    return f"这是这篇文章里的第{number}个段落。"


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _models(base_url: str, **limits: Any) -> ChatModels:
    choice = choose("openai:m", base_url=base_url)
    return ChatModels(
        {"primary": choice, "translate": choice},
        limits=TimeLimits(first_token=10, idle=3, total=30),  # a busy machine answers late
        backoff=Backoff(attempts=2, first_seconds=0.01),
        **limits,
    )


@contextmanager
def _oracle(faults: Faults | None = None, **limits: Any) -> Iterator[ModelServer]:
    with (
        model_server(Answers.oracle(_translate), faults=faults) as server,
        bind(_models(server.openai_url, **limits)),
    ):
        yield server


@pytest.fixture(autouse=True)
def offline() -> Iterator[None]:
    """No model, unless a test brings one."""
    with bind(ChatModels({})):
        yield


async def _run(text: str, *targets: str, **more: Any) -> dict[str, Any]:
    return await graph.ainvoke({"text": text, "target_languages": [*targets] or ["zh"], **more})


def _asked(server: ModelServer) -> list[dict[str, Any]]:
    return [json.loads(request.body["messages"][1]["content"]) for request in server.requests()]


def _reasons(result: Mapping[str, Any], target: str = "zh") -> set[str]:
    return {reason["kind"] for flag in result["targets"][target]["flags"] for reason in flag["reasons"]}


async def test_offline_leaves_the_source_and_flags_every_segment() -> None:
    result = await _run(_PAGE, format="markdown")
    chinese = result["targets"]["zh"]

    assert result["mode"] == "offline"
    assert [warning["code"] for warning in result["warnings"]] == ["offline"]
    assert chinese["text"] == _PAGE
    assert (chinese["translated"], chinese["untranslated"]) == (0, 4)
    assert [flag["status"] for flag in chinese["flags"]] == ["untranslated"] * 4


async def test_offline_looks_translated_only_when_asked_and_says_so() -> None:
    chinese = (await _run(_PAGE, format="markdown", options={"offline": "pseudo"}))["targets"]["zh"]

    assert chinese["text"].startswith("# [À tîtlé")
    assert "`code` àt https://example.org/x ñöw" in chinese["text"]
    assert (chinese["translated"], chinese["untranslated"]) == (0, 4)
    assert {flag["status"] for flag in chinese["flags"]} == {"pseudo"}


async def test_words_are_translated_and_everything_else_stays() -> None:
    with _oracle():
        result = await _run(_PAGE, format="markdown")
    chinese = result["targets"]["zh"]

    assert result["mode"] == "model"
    assert chinese["text"] == "# 标题\n\n现在在https://example.org/x查看`code`。\n\n- 一点\n- 另一点\n"
    assert (chinese["translated"], chinese["untranslated"], chinese["flags"]) == (4, 0, [])
    assert result["usage"]["calls"] == 1


async def test_output_holds_the_result_and_nothing_else() -> None:
    assert set(await _run(_PAGE)) == {"mode", "document", "targets", "usage", "warnings"}


async def test_same_words_are_asked_for_once() -> None:
    with _oracle() as server:
        result = await _run("One point\n\nAnother point\n\nOne point\n")

    assert [segment["text"] for segment in _asked(server)[0]["segments"]] == ["One point", "Another point"]
    assert result["targets"]["zh"]["text"] == "一点\n\n另一点\n\n一点\n"


async def test_several_targets_get_a_text_each() -> None:
    with _oracle():
        result = await _run("One point", "zh", "de")

    assert result["targets"]["zh"]["text"] == "一点"
    assert result["targets"]["de"]["text"] == "de One point"


async def test_a_batch_knows_what_was_translated_before_it_and_what_follows() -> None:
    with _oracle() as server:
        await _run(_LONG, options={"lanes": 2, "batch": 5})
    asked = _asked(server)
    seventh = next(data for data in asked if data["segments"][0]["id"] == "6")

    assert len(asked) == 8
    assert seventh["before"][-1] == ["This is paragraph number 5 of the text.", _paragraph(5)]
    assert seventh["after"][0] == "This is paragraph number 11 of the text."


async def test_a_batch_is_sent_only_the_terms_that_stand_in_it_and_success_is_counted() -> None:
    terms = [{"source": "point", "target": "点"}, {"source": "whale", "target": "鲸"}]
    with _oracle() as server:
        result = await _run("One point", glossary=terms)

    assert _asked(server)[0]["glossary"] == [["point", ["点"]]]
    assert result["targets"]["zh"]["terms"] == {"hits": 1, "occurrences": 1, "success": 1.0}


async def test_a_term_that_stays_wrong_is_flagged() -> None:
    with _oracle() as server:
        result = await _run("One point", glossary=[{"source": "point", "target": "要点"}])

    assert len(server.requests()) == 2
    assert _reasons(result) == {"terms"}
    assert result["targets"]["zh"]["text"] == "一点"


async def test_terms_that_contradict_each_other_are_named() -> None:
    terms = [{"source": "point", "target": "点"}, {"source": "point", "target": "分"}]
    result = await _run("One point", glossary=terms)

    assert [warning["code"] for warning in result["warnings"]] == ["glossary_conflict", "offline"]


@pytest.mark.parametrize("fault", [Fault.BAD_JSON, Fault.EMPTY, Fault.UNKNOWN_IDS, Fault.REFUSAL])
async def test_what_no_engine_translates_keeps_its_source_and_is_flagged(fault: Fault) -> None:
    with _oracle(Faults.always(fault)):
        result = await _run("One point")
    chinese = result["targets"]["zh"]

    assert chinese["text"] == "One point"
    assert [(flag["id"], flag["status"]) for flag in chinese["flags"]] == [("1", "untranslated")]
    assert chinese["flags"][0]["reasons"]


async def test_passing_faults_cost_no_line() -> None:
    clean = "\n\n".join(_paragraph(n) for n in range(1, 41))
    with _oracle(Faults(seed=3, rate=0.3)) as server:
        result = await _run(_LONG, options={"batch": 4})

    assert server.faults.injected
    assert result["targets"]["zh"]["text"] == clean


async def test_refused_key_ends_the_run() -> None:
    with _oracle(Faults.always(Fault.BAD_KEY)), pytest.raises(ModelRefused):
        await _run(_PAGE)


async def test_model_that_never_answers_ends_the_run() -> None:
    with _oracle(Faults.always(Fault.UNAVAILABLE)), pytest.raises(ModelUnavailable):
        await _run(_PAGE)


async def test_resumed_run_asks_no_batch_twice() -> None:
    kept = build().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    given = {"text": _LONG, "target_languages": ["zh"], "options": {"lanes": 3, "batch": 4}}
    with _oracle(Faults.always(Fault.BAD_KEY, after=5), max_concurrent=1) as server:
        with pytest.raises(ModelRefused):
            await kept.ainvoke(given, config)
        server.faults = Faults()
        result = await kept.ainvoke(None, config)

    assert result["targets"]["zh"]["translated"] == 40
    assert server.log.repeated() == {}
    assert sum(request.is_answered for request in server.requests()) == 10


async def test_next_run_on_a_thread_inherits_nothing() -> None:
    kept = build().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    first = {"text": "# T", "format": "markdown", "source_language": "en", "target_languages": ["de", "fr"]}
    await kept.ainvoke({**first, "style": {"tone": "dry"}}, config)
    result = await kept.ainvoke({"text": "Two words", "target_languages": ["zh"]}, config)

    assert result["document"] == {"name": "text.txt", "format": "plain", "language": None}
    assert list(result["targets"]) == ["zh"]
    assert result["targets"]["zh"]["text"] == "Two words"
    assert [warning["code"] for warning in result["warnings"]] == ["offline"]


async def test_a_person_sees_what_is_doubtful_and_mends_it() -> None:
    kept = build().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    given = {
        "text": "Point `x` here.\n\nOne point",
        "format": "markdown",
        "target_languages": ["zh"],
        "options": {"review": True},
    }
    with _oracle(Faults.always(Fault.EMPTY)):
        asked = await kept.ainvoke(given, config)
        shown = asked["__interrupt__"][0].value
        bad = {"edits": {"zh": {"1": "没有", "9": "?"}}}
        again = (await kept.ainvoke(Command(resume=bad), config))["__interrupt__"][0].value
        good = {"edits": {"zh": {"1": "这里是⟦1⟧"}}}
        result = await kept.ainvoke(Command(resume=good), config)

    assert [(item["id"], item["source"]) for item in shown["items"]] == [
        ("1", "Point ⟦1⟧ here."),
        ("2", "One point"),
    ]
    assert any("⟦1⟧" in problem for problem in again["problems"])
    assert any("no such segment" in problem for problem in again["problems"])
    assert result["targets"]["zh"]["text"] == "这里是`x`\n\nOne point"
    assert [flag["id"] for flag in result["targets"]["zh"]["flags"]] == ["2"]


async def test_nobody_is_asked_when_nothing_is_doubtful() -> None:
    with _oracle():
        result = await _run("One point", options={"review": True})

    assert result["targets"]["zh"]["text"] == "一点"


async def test_a_second_model_does_what_the_first_cannot() -> None:
    with (
        model_server(Answers.oracle(_translate), faults=Faults.always(Fault.EMPTY)) as broken,
        model_server(Answers.oracle(_translate)) as good,
    ):
        choices = {
            "translate": choose("openai:small", base_url=broken.openai_url),
            "primary": choose("openai:large", base_url=good.openai_url),
        }
        with bind(ChatModels(choices, backoff=Backoff(attempts=2, first_seconds=0.01))):  # type: ignore[arg-type]
            result = await _run("One point")

    assert result["targets"]["zh"]["text"] == "一点"


async def test_a_model_that_only_translates_is_sent_texts_and_terms() -> None:
    with model_server(Answers.oracle({"One point": "一点", "A title": "标题"})) as server:
        choice = choose("dashscope:qwen-mt-plus", base_url=server.qwen_url, api_key="k")
        with bind(ChatModels({"translate": choice})):
            result = await _run("One point\n\nA title", glossary=[{"source": "point", "target": "点"}])
        [first, _] = sorted(server.requests(), key=lambda request: request.body["messages"][0]["content"])[
            ::-1
        ]

    assert result["targets"]["zh"]["text"] == "一点\n\n标题"
    assert first.body["translation_options"]["terms"] == [{"source": "point", "target": "点"}]


async def test_what_was_translated_once_is_not_asked_for_again() -> None:
    kept = build().compile(store=InMemoryStore())
    given: dict[str, Any] = {"target_languages": ["zh"], "memory": {"name": "house"}}
    with _oracle() as server:
        await kept.ainvoke({**given, "text": "One point"})
        result = await kept.ainvoke({**given, "text": "One point\n\nAnother point"})
        await kept.ainvoke({**given, "text": "One point", "memory": {"name": "other"}})

    asked = [[segment["text"] for segment in data["segments"]] for data in _asked(server)]
    assert asked == [["One point"], ["Another point"], ["One point"]]
    assert result["targets"]["zh"]["text"] == "一点\n\n另一点"
    assert result["targets"]["zh"]["recalled"] == 1


async def test_the_model_is_shown_what_was_translated_of_like_texts() -> None:
    kept = build().compile(store=InMemoryStore())
    given: dict[str, Any] = {"target_languages": ["zh"], "memory": {"name": "house"}}
    with _oracle() as server:
        await kept.ainvoke({**given, "text": "This is paragraph number 1 of the text."})
        await kept.ainvoke({**given, "text": "This is paragraph number 2 of the text."})

    assert _asked(server)[1]["memory"] == [["This is paragraph number 1 of the text.", _paragraph(1)]]


async def test_a_flagged_translation_is_not_kept() -> None:
    kept = build().compile(store=InMemoryStore())
    given = {
        "text": "One point",
        "target_languages": ["zh"],
        "memory": {"name": "house"},
        "glossary": [{"source": "point", "target": "要点"}],
    }
    with _oracle():
        await kept.ainvoke(given)
        result = await kept.ainvoke(given)

    assert result["targets"]["zh"]["recalled"] == 0


async def test_a_memory_comes_and_goes_as_a_file_without_a_model(tmp_path: Path) -> None:
    local = LocalStorage(tmp_path)
    tmx = write_tmx([("One point", "一点")], source="en", target="zh")
    stored = await local.write(tmx, name="m.tmx", media_type="application/x-tmx+xml")
    memory = {"file_id": stored.file_id, "export": True}
    with storage.bind(local):
        result = await _run("One point\n\nWords", source_language="en", memory=memory)
        written = await local.read(result["targets"]["zh"]["memory_file_id"])

    assert result["targets"]["zh"]["text"] == "一点\n\nWords"
    assert [flag["id"] for flag in result["targets"]["zh"]["flags"]] == ["2"]
    assert read_tmx(written, "m.tmx", source="en", target="zh") == [("One point", "一点")]


async def test_a_named_memory_where_nothing_is_kept_is_an_error() -> None:
    with pytest.raises(InvalidInput, match=r"memory\.name"):
        await _run("One point", memory={"name": "house"})


async def test_stored_file_becomes_a_stored_file(tmp_path: Path) -> None:
    local = LocalStorage(tmp_path)
    stored = await local.write(_PAGE.encode(), name="page.md", media_type="text/markdown")
    with storage.bind(local), _oracle():
        result = await graph.ainvoke({"file_id": stored.file_id, "target_languages": ["zh"]})
        chinese = result["targets"]["zh"]
        written = (await local.read(chinese["file_id"])).decode()

    assert chinese["name"] == "page.zh.md"
    assert "text" not in chinese
    assert written.startswith("# 标题\n")


async def test_stages_are_reported_in_order_and_to_their_end() -> None:
    with _oracle():
        given = {"text": _LONG, "target_languages": ["zh"], "options": {"batch": 5, "lanes": 2}}
        events = [event async for event in graph.astream(given, stream_mode="custom")]
    progress = [event for event in events if event["type"] == "progress"]
    stages = [(stage, [*of_it]) for stage, of_it in groupby(progress, lambda event: event["stage"])]

    assert [stage for stage, _ in stages] == ["read", "plan", "translate", "render"]
    for _, of_it in stages:
        done = [event["done"] for event in of_it]
        assert done == sorted(done)
        assert (done[0], done[-1]) == (0, of_it[0]["total"])


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"text": "a b"}, "target_languages"),
        ({"text": "a b", "target_languages": ["zh", "ZH"]}, "twice"),
        ({"text": "a b", "target_languages": ["en"], "source_language": "en"}, "source language"),
        ({"text": "a b", "target_languages": ["Chinese!"]}, "language code"),
        ({"text": "", "target_languages": ["zh"]}, "no text"),
        ({"text": "{", "target_languages": ["zh"], "format": "json"}, "JSON"),
        ({"text": "a \ud83d b", "target_languages": ["zh"]}, "surrogate"),
        ({"text": "a b", "target_languages": ["zh"], "name": "film.srt"}, "format"),
        ({"text": "a b", "target_languages": ["zh"], "glossary": [{"source": "a"}]}, "glossary entry 1"),
        ({"text": "a b", "target_languages": ["zh"], "options": {"lane": 1}}, "lane"),
        ({}, "exactly one"),
        ("text", "object"),
    ],
)
async def test_bad_input_is_refused_before_a_run(given: object, named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        await GRAPHS["translate"].check_input(given)


_NAMES = "\n\n".join(
    f"Page {n}: the captain met Martha Hale again, and Martha Hale said no." for n in range(8)
)


def _with_names(data: Mapping[str, Any]) -> dict[str, Any]:
    """Knows one name and what it did; finds fault with one page."""
    if "candidates" in data:
        return {
            "terms": [
                {"id": each["id"], "kind": "person", "translation": "玛莎·黑尔"}
                for each in data["candidates"]
                if each["text"] == "Martha Hale"
            ]
        }
    segments: list[dict[str, Any]] = data["segments"]
    if "translation" in segments[0]:
        faulty = [each["id"] for each in segments if "3" in each["source"]]
        error = {"kind": "accuracy", "severity": "major", "message": "He did not meet her."}
        return {"errors": [{"id": id, **error} for id in faulty]}
    terms = dict(entry[:2] for entry in data.get("glossary", []))
    name = terms.get("Martha Hale", ["某人"])[0]
    texts = {s["id"]: f"第{_digits(s['text'])}页：船长又遇见了{name}，{name}说不。" for s in segments}
    told = f"up to page {segments[-1]['id']}"
    return {"translations": [{"id": id, "text": text} for id, text in texts.items()], "summary": told}


@contextmanager
def _reader() -> Iterator[ModelServer]:
    with model_server(Answers.oracle(_with_names)) as server:
        choice = choose("openai:m", base_url=server.openai_url)
        with bind(ChatModels({"primary": choice, "translate": choice, "judge": choice})):
            yield server


async def test_names_that_the_glossary_lacks_are_found_and_used_throughout() -> None:
    with _reader():
        chinese = (await _run(_NAMES, options={"new_terms": "use"}))["targets"]["zh"]

    assert chinese["new_terms"] == [{"source": "Martha Hale", "targets": ["玛莎·黑尔"], "kind": "person"}]
    assert chinese["terms"] == {"hits": 16, "occurrences": 16, "success": 1.0}


async def test_names_that_were_found_wait_for_a_person_who_changes_drops_and_adds() -> None:
    thread: Any = {"configurable": {"thread_id": "t"}}
    with _reader():
        kept = build().compile(checkpointer=InMemorySaver())
        given: Any = {"text": _NAMES, "target_languages": ["zh"], "options": {"new_terms": "review"}}
        stopped = await kept.ainvoke(given, thread)
        shown = stopped["__interrupt__"][0].value
        wrong: Any = Command(resume={"terms": {"zh": {"Martha Hale": ""}}})
        problems = (await kept.ainvoke(wrong, thread))["__interrupt__"][0].value["problems"]
        right: Any = Command(resume={"terms": {"zh": {"Martha Hale": "玛莎", "captain": "船长"}}})
        result = await kept.ainvoke(right, thread)

    assert (shown["subject"], [item["source"] for item in shown["items"]]) == ("terms", ["Martha Hale"])
    assert shown["items"][0]["count"] == 16
    assert problems == ["zh, 'Martha Hale': give its translation, or null to drop the term"]
    chinese = result["targets"]["zh"]
    assert [(term["source"], term["kind"]) for term in chinese["new_terms"]] == [
        ("Martha Hale", "person"),
        ("captain", "given"),
    ]
    assert "玛莎说不" in chinese["text"]


async def test_a_batch_tells_the_next_one_what_came_before() -> None:
    with _reader() as server:
        await _run(_NAMES, options={"lanes": 1, "batch": 4})
        told = [(data.get("summary"), len(data["segments"])) for data in _asked(server)]

    assert told == [(None, 4), ("up to page 4", 4)]


async def test_a_judge_gives_an_estimate_and_reasons_for_each_segment() -> None:
    with _reader():
        chinese = (await _run(_NAMES, options={"estimate": True}))["targets"]["zh"]

    assert chinese["quality"] == {"estimate": 0.975, "judged": 8, "segments": {"4": 0.8}}
    assert chinese["flags"] == [
        {
            "id": "4",
            "status": "translated",
            "reasons": [{"kind": "quality", "message": "accuracy, major: He did not meet her."}],
        }
    ]


async def test_a_text_in_another_language_than_was_said_is_named() -> None:
    german = "Der Wärter sagte, dass es nicht sein Boot war und er es noch nie gesehen hatte."
    with _oracle():
        result = await _run(german, "en", source_language="fr")

    codes = {warning["code"]: warning["message"] for warning in result["warnings"]}
    assert codes["other_source_language"].startswith("source_language is 'fr', but the text looks like 'de'")
    assert "looks like 'de'" in codes["other_target_language"]


@pytest.mark.parametrize("filed", [True, False])
async def test_a_glossary_that_contradicts_itself_is_refused_where_one_wishes_so(
    tmp_path: Path, *, filed: bool
) -> None:
    with storage.bind(LocalStorage(tmp_path)):
        file = await storage.current().write(b"bank,A\nbank,B\n", name="g.csv", media_type="text/csv")
        entries = [{"source": "bank", "target": "A"}, {"source": "bank", "target": "B"}]
        glossary: Any = {"glossary_file_id": file.file_id} if filed else {"glossary": entries}
        result = await _run("the bank", **glossary)
        with pytest.raises(InvalidInput, match="'bank' as A, and later as B") as refused:
            await _run("the bank", glossary_conflicts="refuse", **glossary)

    assert "glossary_conflict" in [warning["code"] for warning in result["warnings"]]
    assert refused.value.code == "glossary_conflict"
