"""Where the model server's answers come from."""

from pathlib import Path
from typing import Any

import pytest

from evals.model_server import Answer, Answers, NoAnswer, Question, Rule, Task, ToolCall
from evals.model_server.question import Message, dump

_GOLD = {"Good morning": "早上好", "Good night": "晚安"}
_LIST_SCHEMA: Any = {
    "properties": {"lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}}},
    "$defs": {"Line": {"properties": {"id": {"type": "string"}, "text": {"type": "string"}}}},
}


def _ask(text: str, **more: Any) -> Question:
    return Question(messages=[Message(role="user", text=text)], **more)


def test_oracle_knows_the_whole_question() -> None:
    assert Answers.oracle(_GOLD)(_ask("Good night")).text == "晚安"


@pytest.mark.parametrize(
    "material",
    [
        {"1": "Good morning", "2": "Good night"},
        {"lines": [{"id": "1", "text": "Good morning"}, {"id": "2", "text": "Good night"}]},
    ],
    ids=["by id", "a list"],
)
def test_oracle_answers_each_text_under_its_id(material: dict[str, Any]) -> None:
    assert Answers.oracle(_GOLD)(_ask(dump(material))).text == '{"1":"早上好","2":"晚安"}'


def test_oracle_answers_in_the_list_that_the_schema_wants() -> None:
    answer = Answers.oracle(_GOLD)(_ask('{"7":"Good night"}', schema=_LIST_SCHEMA))

    assert answer.text == '{"lines":[{"id":"7","text":"晚安"}]}'


def test_oracle_invents_nothing() -> None:
    with pytest.raises(NoAnswer, match="Good evening"):
        Answers.oracle(_GOLD)(_ask("Good evening"))


@pytest.mark.parametrize(
    ("name", "content"),
    [("gold.json", '{"a": "b"}'), ("gold.jsonl", '{"question": "a", "answer": "b"}\n\n')],
)
def test_gold_is_read_from_a_file(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)

    assert Answers.oracle(path)(_ask("a")).text == "b"


def test_function_sees_the_whole_question() -> None:
    answers = Answers.of(lambda question: {"model": question.model})

    assert answers(_ask("a", model="m")).text == '{"model":"m"}'


def test_script_gives_each_answer_once() -> None:
    answers = Answers.scripted("one", {"two": 2}, {"tool": "look_up", "arguments": {"n": 3}})
    given = [answers(_ask("a")) for _ in range(3)]

    assert [answer.text for answer in given] == ["one", '{"two":2}', ""]
    assert given[2].tool_calls == [ToolCall(name="look_up", arguments={"n": 3})]
    with pytest.raises(NoAnswer):
        answers(_ask("a"))


def test_rule_keeps_its_answers_for_what_it_fits() -> None:
    heard = Rule(task="hear", answers=["sound"])
    named = Rule(match="name", model="^qwen", answers=["Li", "Wang"], repeats_last=True)
    answers = Answers.scripted(heard, named, "else")
    asked = [_ask("a"), *[_ask("Your name?", model="qwen-plus")] * 3, _ask("", task=Task.HEAR)]

    assert [answers(question).text for question in asked] == ["else", "Li", "Wang", "Wang", "sound"]


def test_replay_finds_what_was_recorded_for_the_prompt(tmp_path: Path) -> None:
    question = _ask("a", model="m")
    path = tmp_path / "recorded.jsonl"
    path.write_text(dump({"prompt_hash": question.prompt_hash, "answer": "b"}))
    answers = Answers.replay(path)

    assert answers(question) == Answer(text="b")
    with pytest.raises(NoAnswer):
        answers(_ask("a", model="other"))


def test_question_keeps_its_key_when_a_repair_is_asked_for() -> None:
    first = _ask('{"1": "a"}')
    repair = Question(messages=[*first.messages, Message(role="user", text="That is not JSON.")])

    assert first.key == repair.key
    assert first.prompt_hash != repair.prompt_hash


def test_random_answer_is_the_same_for_the_same_seed_and_prompt() -> None:
    one, other = (Answers.random(seed)(_ask("a", schema=_LIST_SCHEMA)).text for seed in (1, 2))

    assert one == Answers.random(1)(_ask("a", schema=_LIST_SCHEMA)).text
    assert one != other
