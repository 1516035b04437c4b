"""What a model is asked about people, and what it may answer."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from graphs.characters.questions import check_ids, make_question, occurs
from tools.llm.structured import Problem, Question
from tools.novels.types import Age, Gender

TieType = Literal[
    "spouse",
    "betrothed",
    "lover",
    "parent",
    "child",
    "sibling",
    "parent_in_law",
    "child_in_law",
    "sibling_in_law",
    "grandparent",
    "grandchild",
    "uncle_or_aunt",
    "nephew_or_niece",
    "cousin",
    "relative",
    "guardian",
    "ward",
    "friend",
    "enemy",
    "rival",
    "master",
    "servant",
    "employer",
    "employee",
    "teacher",
    "student",
    "colleague",
    "classmate",
    "neighbour",
]


class Trait(BaseModel):
    """A lasting quality of a person."""

    trait: str = Field(min_length=1, max_length=40)
    passage: str
    words: str = Field(description="Copied letter for letter from that passage.")


class ReadTie(BaseModel):
    """What a person is to another one."""

    to: str
    type: TieType
    passage: str
    words: str = Field(description="Copied letter for letter from that passage.")


class Portrait(BaseModel):
    """What the passages show about one person."""

    id: str
    gender: Gender = "unknown"
    age: Age = "unknown"
    traits: list[Trait] = Field(default_factory=list[Trait], max_length=10)
    ties: list[ReadTie] = Field(default_factory=list[ReadTie], max_length=10)


class PortraitsAnswer(BaseModel):
    """One portrait for every person."""

    people: list[Portrait]


def ask_portraits(language: str, data: dict[str, Any]) -> Question[PortraitsAnswer]:
    """What are these people like, and what are they to others?"""
    texts = {p["id"]: {q["id"]: q["text"] for q in p["passages"]} for p in data["people"]}
    others = {other["id"] for other in data["others"]}

    def check(answer: PortraitsAnswer) -> list[Problem]:
        ids = check_ids((person.id for person in answer.people), set(texts), "person")
        shown = [
            Problem(
                item=person.id, message=f"{said.words!r} does not stand in {said.passage!r} of {person.id!r}"
            )
            for person in answer.people
            for said in (*person.traits, *person.ties)
            if not occurs(said.words, texts.get(person.id, {}).get(said.passage, ""))
        ]
        strangers = [
            Problem(
                item=person.id, message=f"tie of {person.id!r} leads to {tie.to!r}, who is not in the list"
            )
            for person in answer.people
            for tie in person.ties
            if tie.to not in others
        ]
        return [*ids, *shown, *strangers]

    return make_question("portraits", language, data, PortraitsAnswer, check)
