"""The finished version in the other language: a question a section, and gates over what comes back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from prompts import PROMPTS
from tools.llm.structured import Problem, Question
from tools.medical.gates.finding import Finding
from tools.medical.gates.translation import check_translation
from tools.medical.grade import WORDS, read_grades
from tools.medical.templates import Template
from tools.medical.version import PatientVersion, VersionSection
from tools.text.language import Language


class TranslatedSentence(BaseModel):
    """One sentence in the other language."""

    id: str
    text: str


class Translated(BaseModel):
    """A section in the other language."""

    sentences: list[TranslatedSentence]


def ask_translation(section: VersionSection, language: Language, target: Language) -> Question[Translated]:
    """A section of the version in another language."""
    prompt = PROMPTS[f"guideline/translate.{target}"]
    sentences = [
        {
            "id": sentence.id,
            "text": sentence.text,
            "words": [
                word for grade in read_grades(sentence.text, language) for word in WORDS[target][grade][:4]
            ]
            if sentence.kind == "recommendation"
            else [],
        }
        for sentence in section.sentences
    ]
    source = PatientVersion(language=language, title="", sections=[section])

    def check(value: Translated) -> list[Problem]:
        found = check_translation(source, _translated(source, value.sentences, target))
        return [Problem(item=finding.sentence or "", message=finding.message) for finding in found]

    return Question(
        instructions=prompt.render(),
        data={"language": target, "sentences": sentences},
        schema=Translated,
        check=check,
        prompt=prompt,
    )


def translated_version(
    version: PatientVersion, answers: Sequence[Mapping[str, Any]], template: Template, target: Language
) -> tuple[PatientVersion, list[Finding]]:
    """The version in the other language, and what the gates find."""
    sentences = [TranslatedSentence.model_validate(one) for answer in answers for one in answer["sentences"]]
    made = _translated(version, sentences, target)
    headings = {section.id: section.heading[target] for section in template.sections}
    for section in made.sections:
        section.heading = headings.get(section.id, section.heading)
    return made, list(check_translation(version, made))


def _translated(
    version: PatientVersion, sentences: Sequence[TranslatedSentence], target: Language
) -> PatientVersion:
    texts = {one.id: one.text.strip() for one in sentences}
    return PatientVersion(language=target, title=version.title, sections=list(_sections(version, texts)))


def _sections(version: PatientVersion, texts: Mapping[str, str]) -> Iterator[VersionSection]:
    for section in version.sections:
        kept = [
            sentence.model_copy(update={"text": texts[sentence.id]})
            for sentence in section.sentences
            if texts.get(sentence.id)
        ]
        yield section.model_copy(update={"sentences": kept})
