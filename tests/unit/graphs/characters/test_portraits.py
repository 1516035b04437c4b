"""What is asked and read about people."""

from typing import Any

import pytest

from graphs.characters.portrait_question import PortraitsAnswer, ask_portraits
from graphs.characters.portraits import portrait_questions, portray, read_portraits, subjects
from tools.novels.types import Cast, Character, Mention

_LINE = "Old Ann was always kind to her son Ben.  Ben never\nsaid a word. " + "The clock struck. " * 40 + "\n"
_TEXT = _LINE * 7


def _person(number: int, name: str, **more: Any) -> Character:
    starts = [at for at in range(len(_TEXT)) if _TEXT.startswith(name, at)]
    mentions = tuple(Mention(start=at, end=at + 3, surface=name) for at in starts)
    fields: dict[str, Any] = {"gender": "unknown", **more}
    return Character(id=f"c{number:03d}", canonical_name=name, aliases=(name,), mentions=mentions, **fields)


_CAST = Cast(characters=(_person(0, "Ann"), _person(1, "Ben", gender="male"), _person(2, "Tom")))
_PEOPLE = subjects(_TEXT, _CAST, "en")
((_KEYS, _DATA),) = list(portrait_questions(_TEXT, _PEOPLE, ()))


def _answer(**ann: Any) -> PortraitsAnswer:
    people = [{"id": "c000", **ann}, {"id": "c001", "gender": "female", "age": "adult"}]
    return PortraitsAnswer.model_validate({"people": people})


def _drawn(answer: PortraitsAnswer) -> Any:
    return portray(_CAST, _PEOPLE, read_portraits(answer, _DATA, _KEYS.split(",")))


def test_people_who_are_named_often_are_asked_about_with_their_first_passages() -> None:
    assert [person["id"] for person in _DATA["people"]] == ["c000", "c001"]
    assert [len(person["passages"]) for person in _DATA["people"]] == [6, 6]
    assert all("Ann" in passage["text"] for passage in _DATA["people"][0]["passages"])


def test_person_whose_first_passages_are_the_same_is_not_asked_about_again() -> None:
    longer = _TEXT + "Ann left. " * 50
    again = subjects(longer, _CAST, "en")

    assert [subject.key for subject in again] == _KEYS.split(",")
    assert list(portrait_questions(longer, again, _KEYS.split(","))) == []


def test_trait_and_tie_have_the_place_of_their_words() -> None:
    kind = {"trait": "kind", "passage": "p1", "words": "always kind"}
    tie = {"to": "c001", "type": "parent", "passage": "p0", "words": "her son Ben. Ben never said"}
    cast, ties = _drawn(_answer(age="senior", traits=[kind], ties=[tie]))
    place = cast.characters[0].evidence[-1]

    assert (cast.characters[0].age, cast.characters[0].traits) == ("senior", ("kind",))
    assert (_TEXT[place.start : place.end], place.start > len(_LINE)) == ("always kind", True)
    assert [(tie.source, tie.target, tie.type) for tie in ties] == [("c000", "c001", "parent")]
    assert _TEXT[ties[0].evidence.start : ties[0].evidence.end] == "her son Ben.  Ben never\nsaid"


def test_what_rules_know_stays() -> None:
    assert _drawn(_answer())[0].characters[1].gender == "male"
    assert _drawn(_answer(gender="female"))[0].characters[0].gender == "female"


@pytest.mark.parametrize(
    "said",
    [
        {"traits": [{"trait": "cruel", "passage": "p0", "words": "always cruel"}]},
        {"traits": [{"trait": "kind", "passage": "p77", "words": "always kind"}]},
        {"ties": [{"to": "c001", "type": "parent", "passage": "p0", "words": "her daughter Ben"}]},
        {"ties": [{"to": "c009", "type": "parent", "passage": "p0", "words": "her son"}]},
        {"traits": [{"trait": "kind", "passage": "p0", "words": "  "}]},
    ],
)
def test_what_is_not_in_the_text_is_complained_about_and_never_used(said: dict[str, Any]) -> None:
    answer = _answer(**said)
    cast, ties = _drawn(answer)

    assert [problem.item for problem in ask_portraits("en", _DATA).check(answer)] == ["c000"]
    assert (cast.characters[0].traits, ties) == ((), [])


def test_person_who_was_not_asked_about_is_ignored() -> None:
    answer = PortraitsAnswer.model_validate({"people": [{"id": "c002", "age": "child"}]})

    assert _drawn(answer) == (_CAST, [])
    assert {problem.item for problem in ask_portraits("en", _DATA).check(answer)} == {"c000", "c001", "c002"}
