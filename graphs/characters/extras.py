"""People without a name of their own who speak: "the coachman", "the elder of the two gentlemen"."""

import re
from dataclasses import replace

from graphs.characters.questions import fold
from tools.novels.types import Cast, Character, Evidence, Mention

_REACH = 12_000  # characters around a quotation in which the words for its speaker are looked for


class Extras:
    """Minor characters, made from the words that the text has for them.

    The same words mean the same character throughout the book.
    """

    def __init__(self, text: str, cast: Cast) -> None:
        self._text = text
        self._cast = cast
        self._known = _unambiguous_names(cast)
        self._mentions: dict[str, set[tuple[int, int]]] = {}  # by id
        self._phrases: dict[str, str] = {}  # by id

    def find(self, phrase: str, near: int) -> tuple[str, Evidence] | None:
        """The character whom these words mean, and the place nearest to ``near`` where they stand.

        Returns:
            None when the words do not stand anywhere near.
        """
        place = _nearest(self._text, phrase, near)
        if place is None:
            return None
        character_id = self._known.get(phrase.lower()) or self._add(phrase)
        if character_id in self._mentions:
            self._mentions[character_id].add(place)
        return character_id, Evidence(start=place[0], end=place[1], reason="named by the model")

    def join(self) -> Cast:
        """The cast with these people at its end."""
        added = tuple(self._character(character_id) for character_id in self._mentions)
        return replace(self._cast, characters=(*self._cast.characters, *added))

    def _add(self, phrase: str) -> str:
        character_id = f"c{len(self._cast.characters) + len(self._mentions):03d}"
        self._known[phrase.lower()] = character_id
        self._mentions[character_id] = set()
        self._phrases[character_id] = phrase
        return character_id

    def _character(self, character_id: str) -> Character:
        places = sorted(self._mentions[character_id])
        mentions = [Mention(start=s, end=e, surface=fold(self._text[s:e])) for s, e in places]
        return Character(
            id=character_id,
            canonical_name=self._phrases[character_id],
            aliases=tuple(dict.fromkeys([self._phrases[character_id], *(m.surface for m in mentions)])),
            gender="unknown",
            mentions=tuple(mentions),
        )


def _unambiguous_names(cast: Cast) -> dict[str, str]:
    owners: dict[str, set[str]] = {}
    for character in cast.characters:
        for alias in character.aliases:
            owners.setdefault(alias.lower(), set()).add(character.id)
    return {alias: min(ids) for alias, ids in owners.items() if len(ids) == 1}


def _nearest(text: str, phrase: str, near: int) -> tuple[int, int] | None:
    pattern = re.compile(r"\s+".join(map(re.escape, phrase.split())))
    first = max(0, near - _REACH)
    places = [found.span() for found in pattern.finditer(text, first, min(len(text), near + _REACH))]
    return min(places, key=lambda place: abs(place[0] - near), default=None)
