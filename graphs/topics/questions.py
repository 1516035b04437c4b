"""What a model is asked of topics: names with evidence, merges, and which facts answer a question."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from prompts import PROMPTS
from tools.llm.structured import Problem, Question
from tools.text.language import Language
from tools.topics.analysis.evidence import is_verbatim
from tools.topics.analysis.facts import MOST_PICKED, Fact

MOST_LABEL = 80  # characters
_SHOWN = 6  # documents


class QuoteOf(BaseModel):
    """Words of a document."""

    document: str
    quote: str


class Labelled(BaseModel):
    """A topic's name, and what shows that it is right."""

    label: str
    description: str
    quotes: list[QuoteOf]


class Merge(BaseModel):
    """Topics that are one."""

    topics: list[int]
    label: str
    reason: str = ""


class Proposals(BaseModel):
    """Merges that a model would do."""

    merges: list[Merge] = Field(default_factory=list[Merge])


class Picked(BaseModel):
    """Facts that answer a question."""

    facts: list[str]


def ask_label(topic: Mapping[str, Any], taken: Sequence[str], language: Language) -> Question[Labelled]:
    """A topic's name, from its words and documents."""
    prompt = PROMPTS[f"topics/label.{language}"]
    documents = shown_documents(topic)
    return Question(
        instructions=prompt.render(),
        data={
            "topic": topic["id"],
            "words": [word for word, _ in topic["words"][:15]],
            "typical": topic["typical"],
            "documents": [{"id": id, "text": text} for id, (_, text) in documents.items()],
            "taken": list(taken),
        },
        schema=Labelled,
        check=lambda answer: check_label(answer, {id: text for id, (_, text) in documents.items()}, taken),
        prompt=prompt,
    )


def shown_documents(topic: Mapping[str, Any]) -> dict[str, tuple[int, str]]:
    """The documents that a model sees of a topic: row and text, by the ids that it sees."""
    standing = topic["representatives"][:_SHOWN]
    return {f"d{number}": (one["row"], one["text"]) for number, one in enumerate(standing, start=1)}


def check_label(answer: Labelled, texts: Mapping[str, str], taken: Sequence[str]) -> list[Problem]:
    """What is wrong with a name."""
    found: list[Problem] = []
    label = answer.label.strip()
    if not label or len(label) > MOST_LABEL or "\n" in label:
        found.append(Problem(item="label", message=f"label: write 1 to {MOST_LABEL} characters on one line"))
    if label.lower() in {one.lower() for one in taken}:
        found.append(Problem(item="label", message=f"label: {label!r} is another topic's"))
    if not answer.quotes:
        found.append(Problem(item="quotes", message="quotes: there is none"))
    for number, one in enumerate(answer.quotes):
        if not is_verbatim(one.quote, texts.get(one.document, "")):
            message = f"quotes.{number}: these words do not stand in document {one.document!r}"
            found.append(Problem(item=f"quotes.{number}", message=message))
    return found


def ask_merges(topics: Sequence[Mapping[str, Any]], language: Language) -> Question[Proposals]:
    """Which topics are one subject."""
    prompt = PROMPTS[f"topics/merge.{language}"]
    known = {topic["id"] for topic in topics}
    return Question(
        instructions=prompt.render(),
        data={
            "topics": [
                {
                    "id": topic["id"],
                    "label": topic["label"],
                    "description": topic["description"],
                    "words": [word for word, _ in topic["words"][:10]],
                }
                for topic in topics
            ]
        },
        schema=Proposals,
        check=lambda answer: _check_merges(answer, known),
        prompt=prompt,
    )


def _check_merges(answer: Proposals, known: set[int]) -> list[Problem]:
    found: list[Problem] = []
    used: set[int] = set()
    for number, merge in enumerate(answer.merges):
        unknown = [id for id in merge.topics if id not in known]
        if unknown:
            found.append(Problem(item=f"merges.{number}", message=f"there is no topic {unknown[0]}"))
        if len(set(merge.topics)) < 2:
            found.append(Problem(item=f"merges.{number}", message="a merge takes two topics or more"))
        if used & set(merge.topics):
            found.append(Problem(item=f"merges.{number}", message="a topic stands in two merges"))
        used |= set(merge.topics)
    return found


def ask_facts(question: str, facts: Sequence[Fact], language: Language) -> Question[Picked]:
    """Which facts answer a question."""
    prompt = PROMPTS[f"topics/answer.{language}"]
    known = {fact.id for fact in facts}

    def check(answer: Picked) -> list[Problem]:
        unknown = [id for id in answer.facts if id not in known]
        found = [Problem(item=id, message=f"there is no fact {id!r}") for id in unknown]
        if len(answer.facts) > MOST_PICKED:
            found.append(Problem(item="facts", message=f"pick at most {MOST_PICKED}"))
        return found

    return Question(
        instructions=prompt.render(),
        data={"question": question, "facts": [{"id": fact.id, "text": fact.text} for fact in facts]},
        schema=Picked,
        check=check,
        prompt=prompt,
    )
