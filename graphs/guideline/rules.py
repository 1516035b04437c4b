"""What can be taken from a guideline without a model: sentences that recommend or warn, by fixed words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.medical.certainty import read_certainty
from tools.medical.grade import read_grades
from tools.medical.records import GuidelineRecords, Passage, Recommendation
from tools.medical.sentences import split_sentences
from tools.medical.warnings import Warned, warning_kind
from tools.text.language import Language

_RECOMMENDS = {"en": ("recommend", "suggest"), "zh": ("推荐", "建议")}
_GRADING = 80  # characters, at most, of a sentence that states nothing but strength and certainty
_PREFIX: Mapping[Warned, str] = {"contraindications": "c", "red_flags": "f"}
Block = Mapping[str, Any]


def by_rules(blocks: Sequence[Block], language: Language) -> GuidelineRecords:
    """Recommendations with their certainty, each with the warnings that follow it in its section.

    Whom it is for and what is done is left in the quote: rules that guess it would invent it. A warning
    before any recommendation of its section stands for itself.
    """
    recommendations: list[Recommendation] = []
    passages: list[Passage] = []
    for block in blocks:
        if block["kind"] in ("heading", "table"):
            continue
        for sentence, following in _sentences(block["text"], language):
            if found := _recommendation(f"r{len(recommendations) + 1}", sentence, following, block, language):
                recommendations.append(found)
            elif kind := warning_kind(sentence, language):
                latest = recommendations[-1] if recommendations else None
                if latest is None or latest.section != block["section"]:
                    passages.append(_passage(f"p{len(passages) + 1}", sentence, block))
                else:
                    warnings = getattr(latest, kind)
                    warnings.append(
                        _passage(f"{latest.id}.{_PREFIX[kind]}{len(warnings) + 1}", sentence, block)
                    )
    return GuidelineRecords(recommendations=recommendations, passages=passages)


def _sentences(text: str, language: Language) -> Iterator[tuple[str, str]]:
    """Each sentence, and the one after it."""
    texts = [sentence.text for sentence in split_sentences(text, language)]
    return zip(texts, [*texts[1:], ""], strict=True)


def _recommendation(
    id: str, sentence: str, following: str, block: Block, language: Language
) -> Recommendation | None:
    grades = read_grades(sentence, language)
    if len(grades) != 1 or not any(word in sentence.lower() for word in _RECOMMENDS[language]):
        return None
    (grade,) = grades
    certainty = read_certainty(sentence, language)
    if certainty is None and len(following) <= _GRADING:
        certainty = read_certainty(following, language)
    return Recommendation(
        id=id,
        population="",
        intervention="",
        direction=grade.direction,
        strength=grade.strength,
        certainty=certainty,
        page=block["page"],
        section=block["section"],
        quote=sentence,
        # A list of its own for each: warnings are added as they are found.
        contraindications=[],
        red_flags=[],
    )


def _passage(id: str, sentence: str, block: Block) -> Passage:
    return Passage(id=id, text=sentence, page=block["page"], section=block["section"])
