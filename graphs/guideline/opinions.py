"""What a model says of sentences where code cannot tell: it adds objections to those of the gates."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from graphs.guideline.state import State
from prompts import PROMPTS
from tools.llm.structured import Problem, Question
from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion, VersionSection, VersionSentence
from tools.text.language import Language

OFFLINE, FAST, OFF, NOBODY = (
    "no language model is configured",
    "the mode fast asks nobody",
    "enable_quality_control is off",
    "no model plays the role judge",
)


class Objection(BaseModel):
    """What is wrong with one sentence."""

    sentence: str
    kind: Literal["unsupported", "contradicts", "omits", "misleading"]
    words: Annotated[str, Field(min_length=1, description="Of the sentence, word for word.")]
    problem: Annotated[str, Field(min_length=1)]


class Judgement(BaseModel):
    """All that the judge objects to in one section."""

    objections: list[Objection]


def judge_of(settings: Mapping[str, Any], model: str | None, judge: str | None) -> dict[str, str | None]:
    """Who judges, or why nobody does: ``{"model", "reason"}``.

    Args:
        model: Of the role primary; None is offline.
        judge: Of the role judge.
    """
    reason = (
        OFFLINE
        if model is None
        else FAST
        if settings["mode"] == "fast"
        else OFF
        if not settings["enable_quality_control"]
        else None
        if judge
        else NOBODY
    )
    return {"model": None if reason else judge, "reason": reason}


def sections_to_judge(state: State) -> list[dict[str, Any]]:
    """Sections with the sentences that nobody has judged yet; none where nobody judges."""
    if state["plan"]["judge"]["model"] is None:
        return []
    known = {opinion["key"] for opinion in state["opinions"]}
    texts = GuidelineRecords.model_validate(state["records"]).sources()
    tasks: list[dict[str, Any]] = []
    for section in PatientVersion.model_validate(state["version"]).sections:
        new = [sentence for sentence in section.sentences if _key(sentence) not in known]
        if new:
            shown = {one: texts[one] for sentence in new for one in sentence.sources if one in texts}
            judged = section.model_copy(update={"sentences": new})
            tasks.append({"judged": judged.model_dump(), "passages": shown})
    return tasks


def ask_judge(
    language: Language, section: VersionSection, passages: Mapping[str, str]
) -> Question[Judgement]:
    """What is wrong with the sentences of ``section``, held against the passages that they cite."""
    texts = {sentence.id: sentence.text for sentence in section.sentences}
    prompt = PROMPTS[f"guideline/judge.{language}"]

    def check(value: Judgement) -> list[Problem]:
        return list(_wrong(value, texts))

    return Question(
        instructions=prompt.render(),
        data={
            "language": language,
            "heading": section.heading,
            "statements": [sentence.model_dump() for sentence in section.sentences],
            "cited": [{"id": id, "text": text} for id, text in passages.items()],
        },
        schema=Judgement,
        check=check,
        prompt=prompt,
    )


def opinions_of(section: VersionSection, value: Judgement | None) -> list[dict[str, Any]]:
    """An opinion of every sentence that was asked about, without objections to words that it does not have.

    Args:
        value: None where no answer was usable.
    """
    texts = {sentence.id: sentence.text for sentence in section.sentences}
    objections = [] if value is None else [one for one in value.objections if not _fault(one, texts)]
    return [
        {
            "key": _key(sentence),
            "is_answered": value is not None,
            "objections": [one.model_dump() for one in objections if one.sentence == sentence.id],
        }
        for sentence in section.sentences
    ]


def findings_of_judge(version: PatientVersion, opinions: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Objections to sentences that still stand as they were judged: told, and holding nothing back."""
    by_key = {opinion["key"]: opinion for opinion in opinions}
    for sentence in version.sentences():
        for one in by_key.get(_key(sentence), {}).get("objections", ()):
            message = f"The judge finds “{one['words']}” {one['kind']}: {one['problem']}"
            yield Finding(gate="judge", sentence=sentence.id, message=message, is_safety=False)


def judge_report(
    version: PatientVersion, judge: Mapping[str, str | None], opinions: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Whether a model judged, how much of the version, and what it objects to; else why it did not."""
    answered = {opinion["key"] for opinion in opinions if opinion["is_answered"]}
    sentences = list(version.sentences())
    return {
        "status": "run" if judge["model"] else "not run",
        "reason": judge["reason"],
        "model": judge["model"],
        "sentences": len(sentences),
        "judged": sum(_key(sentence) in answered for sentence in sentences),
        "objections": sum(1 for _ in findings_of_judge(version, opinions)),
    }


def _key(sentence: VersionSentence) -> str:
    """Of what was judged: another wording, or other sources, are judged anew."""
    return "\n".join([sentence.kind, *sentence.sources, sentence.text])


def _wrong(value: Judgement, texts: Mapping[str, str]) -> Iterator[Problem]:
    for one in value.objections:
        if fault := _fault(one, texts):
            yield Problem(item=one.sentence, message=fault)


def _fault(one: Objection, texts: Mapping[str, str]) -> str | None:
    if one.sentence not in texts:
        return f"there is no sentence {one.sentence!r}"
    return None if one.words in texts[one.sentence] else f"{one.words!r} are no words of the sentence"
