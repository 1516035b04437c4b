"""The work of each stage: from the state to its update, without waiting for anything."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from time import time
from typing import Any

from langgraph.types import Overwrite

from graphs.characters.book import Book
from graphs.characters.doubts import doubtful_pairs
from graphs.characters.edits import parse_edits
from graphs.characters.history import amend, facts_of, replay
from graphs.characters.names import ballot_of, entries_of
from graphs.characters.packed import (
    pack_attributions,
    pack_cast,
    pack_chapters,
    pack_doubts,
    pack_mentions,
    pack_relations,
    pack_spans,
    unpack_attributions,
    unpack_cast,
    unpack_chapters,
    unpack_doubts,
    unpack_items,
    unpack_mentions,
    unpack_relations,
    unpack_spans,
)
from graphs.characters.plans import (
    plan_names,
    plan_second,
    plan_speakers,
    recall_names,
    recall_portraits,
    recall_speakers,
)
from graphs.characters.portraits import portray, subjects
from graphs.characters.result import Findings
from graphs.characters.state import ANSWERS, Options, State, Update, answers_of, free_of_cost, updated
from graphs.characters.verdicts import Court
from graphs.notes import Note
from tools.llm.usage import Usage
from tools.novels import chinese, english
from tools.novels.chapters import find_chapters
from tools.novels.quotations import find_spans
from tools.novels.ties import with_ties
from tools.novels.types import Attribution, Chapter, LanguagePack, Span

PACKS: Mapping[str, LanguagePack] = {"en": english, "zh": chinese}

_LONGEST_TITLE = 80  # characters; a longer first line is the chapter's first paragraph
_NO_QUOTATIONS = Note(code="no_quotations", message="The text holds nothing in quotation marks.")
_WRITTEN = ("characters_left_out", "edit_not_applied")  # codes of the warnings that write_result adds
_NOTHING_FOUND: Mapping[str, Any] = {
    "characters": [],
    "alias_map": {},
    "quotes": [],
    "relations": [],
    "unsure": [],
    "statistics": {},
}
_NO_CHARACTERS = Note(code="no_characters", message="No person is named in the text.")


def part_chapters(state: State) -> Update:
    """Where chapters begin: by their headings, else where the file's format begins them."""
    book = Book(state["source"])
    chapters = find_chapters(book.text, state["spoken"])
    if len(chapters) == 1 and len(state["format_chapters"]) > 1:
        chapters = list(_chapters_at([book.in_text(at) for at in state["format_chapters"]], book.text))
    return {"chapter_marks": pack_chapters(chapters)}


def part_quotations(state: State) -> Update:
    """What is narration and what is said."""
    book = Book(state["source"])
    packed = pack_spans(find_spans(book.text, state["spoken"]))
    return {"quotations": packed, "warnings": [] if packed else [_NO_QUOTATIONS]}


def find_names(state: State) -> Update:
    """Every name that the rules find."""
    book, spans = _open(state)
    mentions = PACKS[state["spoken"]].find_names(book.text, spans)
    surfaces = list(dict.fromkeys(mention.surface for mention in mentions))
    found = {"mentions": pack_mentions(mentions), "surfaces": surfaces}
    known = recall_names(state, plan_names(updated(state, found)))
    # Of pairs, verdicts of the earlier run count where it read the same book.
    pairs = state["earlier"].get("pairs", []) if known else []
    return {**found, "name_answers": known, "pair_answers": [free_of_cost(answer) for answer in pairs]}


def merge_names(state: State) -> Update:
    """The people whom the names mean, by rules and by what the model said so far."""
    book, spans = _open(state)
    pack = PACKS[state["spoken"]]
    threshold = state["settings"]["similarity_threshold"]
    facts = edited = facts_of(entries_of(state))
    if state["name_answers"]:
        facts = ballot_of(state).facts()
        facts = replace(facts, genders={**facts.genders, **edited.genders}) if edited else facts
        mentions = pack.find_names(book.text, spans, facts)
    else:
        mentions = unpack_mentions(state["mentions"], book.text)
    cast = pack.build_cast(book.text, spans, mentions, facts, similarity_threshold=threshold)
    return {"cast": pack_cast(cast), "warnings": [] if cast.characters else [_NO_CHARACTERS]}


def attribute(state: State) -> Update:
    """The speaker of every quotation, by rules."""
    if not state["settings"]["enable_dialogue"]:
        return {"ruled": pack_attributions(()), "attributions": pack_attributions(())}
    book, spans = _open(state)
    cast = unpack_cast(state["cast"], book.text)
    ruled = PACKS[state["spoken"]].attribute(book.text, spans, cast)
    if not state["settings"]["enable_coreference"]:
        ruled = [_without_pronouns(attribution) for attribution in ruled]
    packed = pack_attributions(ruled)
    known = recall_speakers(state, "speakers", plan_speakers(state))
    return {"ruled": packed, "attributions": packed, "speaker_answers": known}


def weigh(state: State) -> Update:
    """The speaker of every quotation, by the model's answers and the rules."""
    book, spans = _open(state)
    cast = unpack_cast(state["cast"], book.text)
    in_order = sorted(state["speaker_answers"], key=lambda answer: answer["window"])
    lines = (line for answer in in_order for line in unpack_items(answer["values"]))
    court = Court(book.text, spans, cast, lines, book.quote_id)
    verdicts, full_cast = court.judge(unpack_attributions(state["ruled"]))
    weighed = {
        "attributions": pack_attributions(verdicts),
        "cast": pack_cast(full_cast),
        "doubted": pack_doubts(court.doubted),
    }
    known = recall_speakers(state, "second", plan_second(updated(state, weighed)))
    return {**weighed, "second_answers": known}


def weigh_again(state: State) -> Update:
    """The speakers about whom the first readings differed, by the second one."""
    book, spans = _open(state)
    cast = unpack_cast(state["cast"], book.text)
    in_order = sorted(state["second_answers"], key=lambda answer: answer["window"])
    lines = (line for answer in in_order for line in unpack_items(answer["values"]))
    court = Court(book.text, spans, cast, lines, book.quote_id)
    doubts = unpack_doubts(state["doubted"])
    verdicts, full_cast = court.judge_again(unpack_attributions(state["attributions"]), doubts)
    return {"attributions": pack_attributions(verdicts), "cast": pack_cast(full_cast)}


def relate(state: State) -> Update:
    """The ties between people, and what an earlier run read about them."""
    known = recall_portraits(state)
    if not state["settings"]["enable_relations"]:
        return {"ties": [], "portrait_answers": known}
    book, spans = _open(state)
    cast = unpack_cast(state["cast"], book.text)
    attributions = unpack_attributions(state["attributions"])
    ties = PACKS[state["spoken"]].find_relations(book.text, spans, cast, attributions)
    return {"ties": pack_relations(ties), "portrait_answers": known}


def draw(state: State) -> Update:
    """The people and ties with what the model read about them."""
    book = Book(state["source"])
    cast = unpack_cast(state["cast"], book.text)
    rows = [row for answer in state["portrait_answers"] for row in unpack_items(answer["values"])]
    drawn, read = portray(cast, subjects(book.text, cast, state["spoken"]), rows)
    ties = unpack_relations(state["ties"])
    if state["settings"]["enable_relations"]:
        ties = with_ties(ties, read)
    return {"cast": pack_cast(drawn), "ties": pack_relations(ties)}


def write_result(state: State) -> Update:
    """The result with all edits, its offsets counted in the text as given."""
    found, left_out = _without_edits(state)
    entries = entries_of(state)
    result, not_applied = replay(found, entries, state["source"])
    result["statistics"] |= _costs(state)
    earlier = [note for note in state["warnings"] if note["code"] not in _WRITTEN]
    return {
        "language": state["spoken"],
        "mode": "model" if state["model"] else "offline",
        **result,
        "history": [entry.model_dump(exclude_unset=True) for entry in entries],
        "warnings": Overwrite([*earlier, *left_out, *not_applied]),
    }


def take_edits(state: State, edits: Sequence[Any]) -> list[Update]:
    """The history with these edits of the thread's newest result.

    Raises:
        InvalidInput: The first edit that cannot be made, and why.
    """
    found = _without_edits(state)[0] if "ties" in state else dict(_NOTHING_FOUND)
    amended = amend(found, entries_of(state), parse_edits(edits), state.get("source", ""))
    return [entry.model_dump(exclude_unset=True) for entry in amended]


def _without_edits(state: State) -> tuple[Update, list[Note]]:
    """What the stages found, as a result, and what has to be said about it."""
    book, spans = _open(state)
    cast = unpack_cast(state["cast"], book.text)
    findings = Findings(
        book=book,
        chapters=unpack_chapters(state["chapter_marks"]),
        spans=spans,
        cast=cast,
        attributions=unpack_attributions(state["attributions"]),
        relations=unpack_relations(state["ties"]),
        options=Options.model_validate(state["settings"]),
        doubtful=doubtful_pairs(cast, ballot_of(state)),
    )
    return findings.write(), findings.warnings()


def _chapters_at(starts: Sequence[int], text: str) -> Iterator[Chapter]:
    """Chapters that begin at these offsets, their first lines as titles; they tile the text."""
    bounds = [0, *starts[1:], len(text)]
    for index, (start, end) in enumerate(pairwise(bounds)):
        first_line = text[start:end].strip().partition("\n")[0]
        title = first_line if len(first_line) <= _LONGEST_TITLE else ""
        yield Chapter(index=index, title=title, start=start, end=end)


def _open(state: State) -> tuple[Book, Sequence[Span]]:
    book = Book(state["source"])
    return book, unpack_spans(state["quotations"], len(book.text))


def _without_pronouns(attribution: Attribution) -> Attribution:
    if "pronoun" not in attribution.method:
        return attribution
    return replace(attribution, speaker_id=None, evidence=None, method="none", confidence=0.0)


def _costs(state: State) -> dict[str, Any]:
    answers = [answer for stage in ANSWERS.values() for answer in answers_of(state, stage)]
    usage = sum((Usage(**answer["usage"]) for answer in answers), Usage())
    seconds = round(time() - state["started_at"], 3)
    return {
        "processing_time": seconds if state["is_new"] else state["statistics"]["processing_time"],
        "model": state["model"],
        "model_calls": usage.calls,
        "kept_answers": sum(Usage(**answer["usage"]).is_free for answer in answers),
        "cached_answers": usage.cache_hits,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost": usage.cost,
        "currency": usage.currency,
    }
