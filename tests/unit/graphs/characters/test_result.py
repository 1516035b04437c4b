"""The result as callers read it."""

from dataclasses import replace
from typing import Any

import pytest

from graphs.characters.book import Book
from graphs.characters.result import Findings
from graphs.characters.state import Options
from tools.novels.types import (
    Attribution,
    Cast,
    Chapter,
    Character,
    Evidence,
    Mention,
    Relation,
    Span,
    SpanKind,
)

_TEXT = "Ann came.\n“Go,” said Ann.\n“No,” said Mr. Lee.\nA cat."


def _person(number: int, name: str, *aliases: str) -> Character:
    mentions = [
        Mention(start=at, end=at + len(name), surface=name)
        for at in range(len(_TEXT))
        if _TEXT.startswith(name, at)
    ]
    return Character(
        id=f"c{number:03d}",
        canonical_name=name,
        aliases=(name, *aliases),
        gender="unknown",
        mentions=tuple(mentions),
        evidence=(Evidence(start=0, end=3, reason="full name"),),
    )


def _findings(text: str = _TEXT, **options: Any) -> Findings:
    book = Book(text)
    spans = [
        Span(kind=SpanKind.QUOTATION, start=book.text.index(said), end=book.text.index(said) + 5)
        for said in ("“Go,", "“No,")
    ]
    people = (_person(0, "Ann", "Annie", "A. Lee"), _person(1, "Mr. Lee", "A. Lee"), _person(2, "cat"))
    tie = Relation(source_id="c000", target_id="c001", type="sibling", weight=2, evidence=())
    return Findings(
        book=book,
        chapters=[Chapter(index=0, title="", start=0, end=len(book.text))],
        spans=spans,
        cast=Cast(characters=people),
        attributions=[
            Attribution(quote=0, speaker_id="c000", addressee_id="c001", method="said", confidence=0.9),
            Attribution(quote=1, speaker_id="c001", method="said", confidence=0.9),
        ],
        relations=[tie, replace(tie, target_id="c002")],
        options=Options(**options),
    )


def _ids(written: dict[str, Any]) -> list[str]:
    return [character["id"] for character in written["characters"]]


def test_who_is_rare_and_silent_is_left_out() -> None:
    assert _ids(_findings(min_mentions=2).write()) == ["c000", "c001"]


def test_who_is_rare_is_kept_when_asked_for() -> None:
    assert _ids(_findings(min_mentions=1).write()) == ["c000", "c001", "c002"]


def test_character_is_counted() -> None:
    ann = _findings().write()["characters"][0]

    assert (ann["mentions"], ann["quotes"], ann["first_appearance_idx"]) == (2, 1, 0)
    assert ann["aliases"] == ["A. Lee", "Annie"]


def test_name_of_two_people_is_nobodys_alias() -> None:
    assert _findings().write()["alias_map"] == {"Ann": "Ann", "Annie": "Ann", "Mr. Lee": "Mr. Lee"}


def test_quotation_of_someone_left_out_keeps_the_name_only() -> None:
    findings = _findings(max_characters=1)
    written = findings.write()

    assert [(q["speaker_id"], q["speaker"]) for q in written["quotes"]] == [
        ("c000", "Ann"),
        (None, "Mr. Lee"),
    ]
    assert written["quotes"][0]["addressee_id"] is None
    assert [warning["code"] for warning in findings.warnings()] == ["characters_left_out"]


def test_relations_tie_listed_people_only() -> None:
    assert [(tie["from"], tie["to"]) for tie in _findings().write()["relations"]] == [("c000", "c001")]


def test_totals_are_those_of_the_lists() -> None:
    statistics = _findings().write()["statistics"]

    assert statistics["total_characters"] == 2
    assert statistics["total_mentions"] == 3
    assert (statistics["total_dialogues"], statistics["attributed_dialogues"]) == (2, 2)
    assert statistics["text_length"] == len(_TEXT)


@pytest.mark.parametrize("text", [_TEXT, _TEXT.replace("\n", "\r\n")], ids=["LF", "CRLF"])
def test_offsets_count_in_the_text_as_given(text: str) -> None:
    written = _findings(text).write()

    assert [text[quote["start"] : quote["end"]] for quote in written["quotes"]] == ["“Go,”", "“No,”"]
    assert written["chapters"][0]["end"] == len(text)
