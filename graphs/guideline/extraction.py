"""From the answers about single batches to the records of a guideline."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphs.guideline.questions import Extraction, FoundPassage
from tools.medical.quotes import plain
from tools.medical.records import GuidelineRecords, Passage, Recommendation

_BATCH = 6000  # characters of blocks in one question


def batches(blocks: Sequence[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
    """Blocks as they are asked about: whole ones, in their order, some thousand characters together."""
    found: list[list[dict[str, Any]]] = []
    length = _BATCH
    for block in blocks:
        if length + len(block["text"]) > _BATCH and (not found or found[-1]):
            found.append([])
            length = 0
        found[-1].append({key: block[key] for key in ("id", "kind", "section", "text")})
        length += len(block["text"])
    return found


def merge(answers: Iterable[Mapping[str, Any]], blocks: Sequence[Mapping[str, Any]]) -> GuidelineRecords:
    """One set of records, in the guideline's order; pages and sections are the blocks', never the model's."""
    by_id = {block["id"]: block for block in blocks}
    order = {id: number for number, id in enumerate(by_id)}
    extractions = [Extraction.model_validate(answer["value"]) for answer in answers]
    found = [one for extraction in extractions for one in extraction.recommendations if one.block in by_id]
    recommendations: list[Recommendation] = []
    seen = set[str]()
    for one in sorted(found, key=lambda one: order[one.block]):
        if (words := plain(one.quote)) in seen:
            continue
        seen.add(words)
        id, block = f"r{len(recommendations) + 1}", by_id[one.block]
        recommendations.append(
            Recommendation(
                **one.model_dump(exclude={"block", "contraindications", "red_flags"}),
                id=id,
                page=block["page"],
                section=block["section"],
                contraindications=list(_passages(one.contraindications, f"{id}.c", by_id)),
                red_flags=list(_passages(one.red_flags, f"{id}.f", by_id)),
            )
        )
    facts = [fact for extraction in extractions for fact in extraction.facts]
    facts.sort(key=lambda fact: order.get(fact.block, 0))
    return GuidelineRecords(recommendations=recommendations, passages=list(_passages(facts, "p", by_id)))


def _passages(
    found: Iterable[FoundPassage], prefix: str, blocks: Mapping[str, Mapping[str, Any]]
) -> Iterator[Passage]:
    for number, one in enumerate((one for one in found if one.block in blocks), start=1):
        block = blocks[one.block]
        yield Passage(id=f"{prefix}{number}", text=one.text, page=block["page"], section=block["section"])
