"""The topics graph as a whole: texts in, topics that can be defended out, and a person at three places."""

import json
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from evals.graph_run import open_models
from evals.model_server import Answers, model_server
from evals.topics_labeller import AdversarialLabeller
from evals.topics_planted import plant
from graphs.topics.graph import build
from graphs.topics.sources import check_input
from tests.fixtures.tiny_embedder import make_embedder
from tools.errors import InvalidInput, ServiceError
from tools.llm.chat_models import ChatModels, bind
from tools.storage.base import bind as bind_storage
from tools.storage.local import LocalStorage
from tools.topics.running.current import bind as bind_topics
from tools.topics.running.in_process import InProcess
from tools.topics.running.job import Job, Tell

DOCUMENTS = 120
QUICK: dict[str, Any] = {
    "models": ["nmf"],
    "topics": [5],
    "again": 0,
    "report": False,
    "cleaning": {"language": "en"},
}


class Place(InProcess):
    """Trains here; counts trainings, and ends like a killed worker at the one that it is told."""

    def __init__(self, models: Path | None = None) -> None:
        super().__init__(models)
        self.trained: list[str] = []
        self.dies_at: int | None = None

    async def run(self, job: Job, tell: Tell) -> dict[str, bytes]:
        if job.step == "train":
            spec = job.settings["spec"]
            if len(self.trained) == self.dies_at:
                raise ConnectionAbortedError("killed")
            self.trained.append(f"{spec['kind']}-{spec['topics']}")
        return await super().run(job, tell)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncGenerator[Place]:
    """Where files lie and models are trained."""
    found = Place()
    with bind_storage(LocalStorage(tmp_path)), bind_topics(training=found, others=found):
        yield found


def planted_rows() -> bytes:
    corpus = plant(seed=2, documents=DOCUMENTS).corpus
    rows = zip(corpus.texts, corpus.times or (), corpus.groups["cov_half"], strict=True)
    return "\n".join(
        json.dumps({"text": text, "year": year, "cov_half": half}) for text, year, half in rows
    ).encode()


async def stored(name: str = "texts.jsonl") -> str:
    from tools.storage.base import current  # noqa: PLC0415 - bound by the fixture

    return (await current().write(planted_rows(), name=name, media_type="")).file_id


class Talk:
    """A thread of the graph, with a person who answers."""

    def __init__(self, models: ChatModels | None = None) -> None:
        self._graph: Any = build().compile(checkpointer=InMemorySaver())  # pyright: ignore[reportUnknownMemberType]
        self._config = {"configurable": {"thread_id": "t"}}
        self._models = models or ChatModels({})

    async def say(self, given: Any) -> dict[str, Any]:
        """The result, or with ``__interrupt__`` what is asked."""
        with bind(self._models):
            return await self._graph.ainvoke(given, self._config)

    async def answer(self, value: object) -> dict[str, Any]:
        """Answer what is asked."""
        return await self.say(Command(resume=value))


def asked(result: Mapping[str, Any]) -> dict[str, Any]:
    (interrupt,) = result["__interrupt__"]
    return interrupt.value


async def test_a_person_confirms_columns_plan_and_topics(place: Place) -> None:
    talk = Talk()
    result = await talk.say({"file_id": await stored(), "options": QUICK})

    assert asked(result)["columns"] == {
        "text": "text",
        "time": "year",
        "groups": ["cov_half"],
        "label": None,
    }
    result = await talk.answer({"columns": {"groups": ["nowhere"]}})
    assert "no column 'nowhere'" in asked(result)["problems"][0]
    result = await talk.answer({"decision": "approve"})

    plan = asked(result)["plan"]
    result = await talk.answer({"changes": {"topics": [4], "models": ["nmf", "lda"], "iterations": 20}})
    changed = asked(result)["plan"]
    assert (changed["topics"], changed["models"]) == ([4], ["nmf", "lda"])
    assert changed["hash"] != plan["hash"]
    result = await talk.answer({"decision": "approve", "hash": plan["hash"]})
    assert changed["hash"] in asked(result)["problems"][0]
    assert place.trained == []
    result = await talk.answer({"changes": {"tuning": {"base": "tiny"}}})
    assert "works with embeddings" in asked(result)["problems"][0]
    result = await talk.answer({"decision": "approve", "hash": changed["hash"]})
    assert sorted(place.trained) == ["lda-4", "nmf-4"]

    ids = [item["id"] for item in asked(result)["items"]]
    result = await talk.answer({"edits": [{"op": "merge", "topics": ids[:2], "label": "Both"}]})
    merged = asked(result)
    assert [item["label"] for item in merged["items"]][-1] == "Both"
    assert len(merged["items"]) == 3
    result = await talk.answer({"undo": 1})
    assert [item["id"] for item in asked(result)["items"]] == ids
    result = await talk.answer({"edits": [{"op": "exclude", "topic": 99}]})
    assert "no topic 99" in asked(result)["problems"][0]
    result = await talk.answer({"edits": [{"op": "rename", "topic": ids[0], "label": "Named"}]})
    result = await talk.answer({"decision": "approve"})

    assert result["mode"] == "offline"
    assert result["topics"][0]["label"] == "Named"
    assert set(result["files"]) == {"corpus", "model", "analysis", "topics", "assignments"}
    assert result["measures"]["npmi"] > result["measures"]["chance"]["npmi"]


async def test_a_killed_run_goes_on_without_training_again_what_was_trained(place: Place) -> None:
    talk = Talk()
    place.dies_at = 2
    options = {**QUICK, "topics": [3, 4, 5], "confirm": False}

    with pytest.raises(ConnectionAbortedError):
        await talk.say({"file_id": await stored(), "options": options})
    before = list(place.trained)
    place.dies_at = None
    result = await talk.say(None)

    assert len(before) == 2
    assert sorted(place.trained) == ["nmf-3", "nmf-4", "nmf-5"]
    assert [row["topics"] for row in result["selection"]["tried"]] == [3, 4, 5]


@pytest.fixture
async def finished(place: Place) -> dict[str, Any]:
    """A result."""
    return await Talk().say({"file_id": await stored(), "options": {**QUICK, "confirm": False}})


async def test_a_finished_result_is_asked_about_and_edited(place: Place, finished: dict[str, Any]) -> None:
    trained = list(place.trained)
    files = finished["files"]

    answer = (await Talk().say({"result": files, "question": "Which topic is rising?"}))["answer"]
    assert answer["available"]
    assert "corrected p" in answer["text"]
    unknown = (await Talk().say({"result": files, "question": "Who wrote the longest letter?"}))["answer"]
    assert not unknown["available"]
    assert unknown["facts"] == []

    edits = [{"op": "split", "topic": 1}, {"op": "exclude", "topic": 2}]
    quick = {"report": False}
    edited = await Talk().say({"result": files, "edits": edits, "options": quick})
    assert [topic["id"] for topic in edited["topics"]] == [3, 4, 5, 6, 7]
    assert edited["measures"]["npmi"] != finished["measures"]["npmi"]
    again = await Talk().say({"result": edited["files"], "edits": [], "options": quick})
    assert [topic["id"] for topic in again["topics"]] == [1, 2, 3, 4, 5]
    assert place.trained == trained


async def test_a_model_that_means_harm_spoils_nothing_and_is_seen(place: Place) -> None:
    with model_server(Answers.oracle(AdversarialLabeller())) as server:
        talk = Talk(open_models("openai:adversary", server.openai_url))
        result = await talk.say({"file_id": await stored(), "options": {**QUICK, "confirm": False}})

    texts = [json.loads(line)["text"] for line in planted_rows().splitlines()]
    quotes = [quote for topic in result["topics"] for quote in topic["quotes"]]
    assert len(quotes) >= 3 * len(result["topics"])
    assert all(quote["quote"] in texts[quote["row"] - 1] for quote in quotes)
    codes = [note["code"] for note in result["warnings"]]
    assert "model_answer_unusable" in codes
    assert "merge_refused" in codes
    assert result["history"] == []


async def test_questions_are_answered_with_facts_that_a_model_picks(
    place: Place, finished: dict[str, Any]
) -> None:
    def pick(data: Mapping[str, Any]) -> dict[str, Any]:
        return {"facts": [data["facts"][1]["id"]]}

    with model_server(Answers.oracle(pick)) as server:
        talk = Talk(open_models("openai:m", server.openai_url))
        result = await talk.say({"result": finished["files"], "question": "How many?"})

    assert result["answer"]["text"] == "There are 5 topics; the model is nmf-k5-s1."


async def test_vectors_of_the_role_embedding_go_into_the_model(place: Place) -> None:
    with model_server(Answers.oracle({})) as server:
        models = open_models("openai:text-embedding-3-small", server.openai_url)
        playing = models.playing({"embedding": models.choice("primary"), "primary": None})  # type: ignore[dict-item]
        talk = Talk(playing)
        options = {**QUICK, "models": ["keynmf"], "confirm": False}
        result = await talk.say({"file_id": await stored(), "options": options})
        asked_for = [request for request in server.requests() if "embeddings" in str(request)]

    analysis = await _analysis(result)
    assert analysis["model"]["facts"]["embeddings"] == "model"
    assert asked_for


# peft asks models of transformers by a name that is on its way out.
@pytest.mark.filterwarnings("ignore:.*gradient_checkpointing.*:FutureWarning")
async def test_an_embedding_model_is_tuned_by_the_texts_and_topic_models_work_with_it(tmp_path: Path) -> None:
    pytest.importorskip("peft", reason="peft is not installed: pip install '.[tuning]'")
    texts = [f"{text[:100]}. {text[100:200]}." for text in plant(seed=2, documents=DOCUMENTS).corpus.texts]
    make_embedder(tmp_path / "models" / "tiny", texts)
    found = Place(tmp_path / "models")
    tuning = {"base": "tiny", "epochs": 1, "batch": 16, "rate": 0.01, "tokens": 64}
    options = {**QUICK, "models": ["keynmf"], "tuning": tuning, "confirm": False}
    with bind_storage(LocalStorage(tmp_path / "files")), bind_topics(training=found, others=found):
        result = await Talk().say({"texts": texts, "options": options})
        analysis = await _analysis(result)
        edits = [{"op": "rename", "topic": 1, "label": "Named"}]
        edited = await Talk().say({"result": result["files"], "edits": edits, "options": {"report": False}})

    tuned = result["profile"]["tuning"]
    assert tuned["after"]["loss"] < tuned["before"]["loss"]
    assert analysis["model"]["facts"]["embeddings"] == "model"
    assert analysis["facts"]["tuning"] == tuned
    assert (tmp_path / "models" / tuned["model"] / "model.safetensors").exists()
    assert "tuned_model_kept" in [note["code"] for note in result["warnings"]]
    assert edited["files"]["adapter"] == result["files"]["adapter"]


async def test_a_tuning_that_this_machine_cannot_do_ends_the_run_before_anything_is_trained(
    place: Place,
) -> None:
    options = {**QUICK, "models": ["keynmf"], "tuning": {"base": "tiny"}, "confirm": False}

    with pytest.raises(ServiceError) as refused:
        await Talk().say({"file_id": await stored(), "options": options})

    assert refused.value.code in ("no_models_folder", "tuning_missing")
    assert place.trained == []


async def _analysis(result: Mapping[str, Any]) -> dict[str, Any]:
    from tools.storage.base import current  # noqa: PLC0415 - bound by the fixture

    return json.loads(await current().read(result["files"]["analysis"]["file_id"]))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "exactly one of"),
        ({"texts": ["a"], "file_id": "b"}, "exactly one of"),
        ({"texts": ["a"], "question": "b"}, "need the result"),
        ({"texts": ["a"], "options": {"topics": [1]}}, "between 2 and"),
        ({"texts": ["a"], "options": {"models": ["theta"]}}, "models"),
        ({"texts": ["a"], "options": {"models": ["nmf"], "tuning": {"base": "m"}}}, "works with embeddings"),
        ({"texts": ["a"], "options": {"models": ["etm"], "tuning": {"base": "../m"}}}, "tuning.base"),
        ({"texts": ["a"], "colour": "red"}, "unknown option 'colour'"),
        ({"result": {"corpus": {"file_id": "x"}}, "question": "b"}, "lacks the file 'model'"),
    ],
)
async def test_an_input_that_cannot_succeed_is_refused(given: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        await check_input(given)


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["one text"] * 5, "too_few_documents"),
        (["a", "b", "c"], "too_few_documents"),
        (["  "], "no_text_column"),
    ],
)
async def test_texts_that_no_topics_can_come_of_end_the_run_with_a_reason(
    texts: list[str], code: str, place: Place
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await Talk().say({"texts": texts, "options": {**QUICK, "confirm": False}})

    assert refused.value.code == code
