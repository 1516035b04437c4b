"""Prompts: files with strict variables."""

import pytest

import prompts
from graphs.audiobook import direction
from graphs.characters import portrait_question, questions
from graphs.guideline import opinions, translating
from graphs.guideline import questions as guideline_questions
from graphs.topics import questions as topics_questions
from prompts import PROMPTS, MissingVariable, UnknownPrompt, parse, render
from tools.dialogue import drafts
from tools.dialogue import reading as dialogue_reading
from tools.llm import completion
from tools.translation import chat_engine, quality, term_finding
from tools.video import emotions, reading, recap

_SCHEMAS = (
    guideline_questions,
    opinions,
    translating,
    questions,
    direction,
    chat_engine,
    term_finding,
    quality,
    drafts,
    dialogue_reading,
    reading,
    emotions,
    recap,
    completion,
    portrait_question,
    topics_questions,
)

_SOURCE = """---
description: Greets.
variables: [name]
output: Greeting
version: 3
---
Hello {{ name }}, {{name}}!
"""


def test_variables_are_filled_in() -> None:
    assert parse("greet", _SOURCE).render(name="Ada") == "Hello Ada, Ada!"


def test_value_is_not_searched_for_variables() -> None:
    assert parse("greet", _SOURCE).render(name="{{ name }}") == "Hello {{ name }}, {{ name }}!"


@pytest.mark.parametrize("variables", [{}, {"name": "Ada", "age": "36"}, {"nmae": "Ada"}])
def test_other_variables_than_declared_are_refused(variables: dict[str, str]) -> None:
    with pytest.raises(MissingVariable, match="name"):
        parse("greet", _SOURCE).render(**variables)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("Hello!", id="no front matter"),
        pytest.param(_SOURCE.replace("[name]", "[name, age]"), id="declared but not used"),
        pytest.param(_SOURCE.replace("[name]", "[]"), id="used but not declared"),
        pytest.param(_SOURCE.replace("version: 3\n", ""), id="no version"),
        pytest.param(_SOURCE.replace("version: 3\n", "version: 3\nauthor: me\n"), id="unknown field"),
    ],
)
def test_wrong_file_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"prompt|validation"):
        parse("greet", source)


def test_unknown_prompt_names_those_that_exist() -> None:
    with pytest.raises(UnknownPrompt, match=r"characters/speakers\.en"):
        render("characters/nothing.en")


def test_hash_follows_the_wording() -> None:
    assert parse("a", _SOURCE).hash != parse("a", _SOURCE.replace("Hello", "Goodbye")).hash


@pytest.mark.parametrize("prompt_id", sorted(PROMPTS))
def test_prompt_promises_a_schema_that_exists(prompt_id: str) -> None:
    assert any(hasattr(module, PROMPTS[prompt_id].output) for module in _SCHEMAS)


@pytest.mark.parametrize("id", sorted(id.removesuffix(".zh") for id in PROMPTS if id.endswith(".zh")))
def test_both_languages_ask_for_the_same(id: str) -> None:
    english, chinese = PROMPTS[f"{id}.en"], PROMPTS[f"{id}.zh"]

    assert (english.output, english.variables) == (chinese.output, chinese.variables)


def test_package_exports_what_it_says() -> None:
    assert all(hasattr(prompts, name) for name in prompts.__all__)
