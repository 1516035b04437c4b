"""Which questions a stage has for the model, and which of them an earlier run on the thread had answered.

A window is known again by its words, so that a new chapter costs its own windows alone. Names and ids of
quotations and people may be others by then: answers about names keep names, and answers about quotations
are moved to today's ids. Plans are made question by question, for all of a book's windows together take many
times its text.
"""

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple, cast

from graphs.characters.book import Book
from graphs.characters.columns import numbers_in
from graphs.characters.names import name_windows
from graphs.characters.packed import (
    pack_items,
    unpack_cast,
    unpack_chapters,
    unpack_doubts,
    unpack_items,
    unpack_spans,
)
from graphs.characters.portraits import portrait_questions, subjects
from graphs.characters.scenes import speaker_windows
from graphs.characters.second_reading import second_windows
from graphs.characters.state import State, WindowAnswer, free_of_cost
from graphs.characters.windows import Window
from prompts import PROMPTS
from tools.novels.types import Cast, Character


class Planned(NamedTuple):
    """One question."""

    key: str
    start: int  #: Where its window begins in the source.
    data: dict[str, Any]  #: The material, as sent.


def key_of(state: State, prompt: str, words: str) -> str:
    """What a question about these words is known by: the same model, asked the same."""
    asked = PROMPTS[f"characters/{prompt}.{state['spoken']}"].hash
    return hashlib.sha256("\0".join([state["model"] or "", asked, words]).encode()).hexdigest()[:24]


def plan_names(state: State) -> Iterator[Planned]:
    """A question for every window of the text: who is named there?"""
    if state["model"] is None:
        return
    book = Book(state["source"])
    chapters = [chapter.start for chapter in unpack_chapters(state["chapter_marks"])]
    mentions = numbers_in(state["mentions"])
    windows = name_windows(book.text, mentions, state["surfaces"], state["spoken"], chapters)
    for window, data in windows:
        start = book.in_source(window.start, window.end)[0]
        yield Planned(key_of(state, "names", data["text"]), start, data)


def plan_speakers(state: State) -> Iterator[Planned]:
    """A question for every window that holds quotations: who speaks there?"""
    if state["model"] is None or not state["settings"]["enable_dialogue"]:
        return
    book = Book(state["source"])
    chapters = [chapter.start for chapter in unpack_chapters(state["chapter_marks"])]
    spans = unpack_spans(state["quotations"], len(book.text))
    cast = unpack_cast(state["cast"], book.text)
    windows = speaker_windows(book.text, spans, cast, state["spoken"], book.quote_id, chapters)
    for window, data in windows:
        words = book.text[window.start : window.end]
        yield Planned(key_of(state, "speakers", words), book.in_source(window.start, window.end)[0], data)


def plan_second(state: State) -> Iterator[Planned]:
    """A question for every few quotations about whose speaker the first readings differ."""
    book = Book(state["source"])
    spans = unpack_spans(state["quotations"], len(book.text))
    cast = unpack_cast(state["cast"], book.text)
    doubts = unpack_doubts(state["doubted"])
    people = {character.id: character for character in cast.characters}
    for window, data in second_windows(book.text, spans, cast, doubts, state["spoken"], book.quote_id):
        start = book.in_source(window.start, window.end)[0]
        asked = [
            (int(quote[1:]) - start, [_names_in(window, people[id]) for id in contenders])
            for quote, contenders in data["contenders"].items()
        ]
        words = f"{book.text[window.start : window.end]}\0{asked}"
        yield Planned(key_of(state, "second", words), start, data)


def _names_in(window: Window, person: Character) -> list[str]:
    """What a window calls a person, whose canonical name a new chapter may change."""
    mentions = person.mentions
    first, last = (bisect_left(mentions, at, key=lambda m: m.start) for at in (window.start, window.end))
    return sorted({mention.surface for mention in mentions[first:last]}) or [person.canonical_name]


def plan_portraits(state: State) -> list[Planned]:
    """A question for every few people whom no answer of the state is about."""
    if state["model"] is None or not state["settings"]["enable_portraits"]:
        return []
    book = Book(state["source"])
    people = subjects(book.text, unpack_cast(state["cast"], book.text), state["spoken"])
    known = (row[0] for answer in state["portrait_answers"] for row in unpack_items(answer["values"]))
    return [Planned(keys, 0, data) for keys, data in portrait_questions(book.text, people, known)]


def recall_portraits(state: State) -> list[WindowAnswer]:
    """What the earlier run read about people whose passages are the same."""
    answers = state["earlier"].get("portraits", [])
    if state["model"] is None or not state["settings"]["enable_portraits"] or not answers:
        return []
    book = Book(state["source"])
    people = subjects(book.text, unpack_cast(state["cast"], book.text), state["spoken"])
    wanted = {subject.key for subject in people}
    kept = [
        (answer, [row for row in unpack_items(answer["values"]) if row[0] in wanted]) for answer in answers
    ]
    return [
        free_of_cost({**answer, "window": -1, "values": pack_items(rows)}) for answer, rows in kept if rows
    ]


def recall_names(state: State, plan: Iterable[Planned]) -> list[WindowAnswer]:
    """The earlier run's answers to these questions."""
    if not state["earlier"].get("names"):
        return []
    return list(_recalled(state, "names", plan, _unmoved))


def recall_speakers(state: State, stage: str, plan: Iterable[Planned]) -> list[WindowAnswer]:
    """The earlier run's answers to these questions of a stage, with today's ids."""
    if not state["earlier"].get(stage):
        return []
    cast = unpack_cast(state["cast"], Book(state["source"]).text)
    return list(_recalled(state, stage, plan, partial(_moved, bearers_of(cast))))


class Wave(NamedTuple):
    """Questions that are asked together, numbered as in their plan."""

    questions: list[tuple[int, Planned]]
    planned: int  #: How many questions the plan has.
    answered: int  #: How many of them have an answer.


def next_wave(plan: Iterable[Planned], answers: Iterable[WindowAnswer], most: int) -> Wave:
    """The first questions, at most so many, that have no answer yet."""
    answered = {answer["window"] for answer in answers}
    questions: list[tuple[int, Planned]] = []
    planned = 0
    for number, question in enumerate(plan):
        planned += 1
        if number not in answered and len(questions) < most:
            questions.append((number, question))
    return Wave(questions, planned, len(answered))


Bearers = Mapping[str, Counter[str]]
"""How often each name is whose."""


def bearers_of(cast: Cast) -> Bearers:
    """Every name of the cast."""
    found: dict[str, Counter[str]] = {}
    for character in cast.characters:
        for name in character.aliases:
            found.setdefault(name, Counter())[character.id] += 1
        for mention in character.mentions:
            found.setdefault(mention.surface, Counter())[character.id] += 1
    return found


def find_bearer(bearers: Bearers, names: Iterable[str]) -> str | None:
    """Who is most called by these names."""
    votes = sum((bearers.get(name, Counter[str]()) for name in names), Counter[str]())
    return votes.most_common(1)[0][0] if votes else None


def names_of(character: Character) -> list[str]:
    """What a character is known again by."""
    return list(dict.fromkeys([character.canonical_name, *character.aliases]))


def people_in(values: str, data: Mapping[str, Any]) -> str:
    """The names of the candidates whose ids stand in these lines; both as an answer keeps them."""
    named = {person for line in unpack_items(values) for person in line[1:]}
    return pack_items({c["id"]: c["names"] for c in data.get("candidates", []) if c["id"] in named})


Move = Callable[[WindowAnswer, Planned], str | None]


def _recalled(state: State, stage: str, plan: Iterable[Planned], move: Move) -> Iterator[WindowAnswer]:
    earlier = {answer["key"]: answer for answer in state["earlier"].get(stage, []) if not answer["failed"]}
    for number, planned in enumerate(plan):
        known = earlier.get(planned.key)
        values = move(known, planned) if known else None
        if known and values is not None:
            people = people_in(values, planned.data)
            moved = {**known, "window": number, "start": planned.start, "values": values, "people": people}
            yield free_of_cost(cast("WindowAnswer", moved))


def _unmoved(known: WindowAnswer, planned: Planned) -> str:
    del planned
    return known["values"]


def _moved(bearers: Bearers, known: WindowAnswer, planned: Planned) -> str | None:
    """Lines about quotations with today's ids; None when one of them cannot be found any more."""
    today = {id: find_bearer(bearers, names) for id, names in unpack_items(known["people"]).items()}
    shift = planned.start - known["start"]
    lines = [
        [f"q{int(quote[1:]) + shift}", today.get(speaker, speaker), today.get(addressee, addressee)]
        for quote, speaker, addressee in unpack_items(known["values"])
    ]
    is_whole = None not in today.values() and {line[0] for line in lines} == set(planned.data["quotes"])
    return pack_items(lines) if is_whole else None
