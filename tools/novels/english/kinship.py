"""Ties that the text states: "her sister Jane", "Mr. Bennet's wife, Lady X", "Mr. and Mrs. Gardiner"."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from tools.novels.english.candidates import name_key
from tools.novels.english.lexicon import KIN, KIN_RELATIONS
from tools.novels.english.scene import People
from tools.novels.ties import Tie
from tools.novels.types import Attribution, Evidence, Gender, Mention, Span

_KIN = "|".join(sorted(KIN, key=len, reverse=True))
_ADJECTIVES = (
    r"(?:(?:own|dear|dearest|poor|old|young|younger|elder|eldest|youngest|only|late|good|beloved|little)\s+)*"
)
_OWNED = re.compile(rf"\b(?P<owner>my|your|his|her|our)\s+{_ADJECTIVES}(?P<kin>{_KIN})\s+\Z", re.I)
_OWNED_TITLE = re.compile(rf"\b(?P<owner>my|your|his|her|our)\s+{_ADJECTIVES}\Z", re.I)
_POSSESSIVE_KIN = re.compile(
    rf"(?:['’]s?|\ss)\s+{_ADJECTIVES}(?P<kin>{_KIN})(?:,|\s+was|\s+is)?\s+(?:the\s+)?", re.I
)
_APPOSITION = re.compile(
    rf"(?:,|,?\s+(?:is|was|being|as))\s+(?:the\s+)?{_ADJECTIVES}(?P<kin>{_KIN})\s+(?:of|to)\s+", re.I
)
_COUPLE = re.compile(r"\bMr\.?\s+and\s+\Z")
_LOOK_BACK = 60  # characters before a name that hold the words of a tie
_OWNER_WINDOW = 250  # characters of narration before "her" that may hold her name
_OWNER_GENDERS: Mapping[str, Gender] = {"his": "male", "her": "female"}


class KinshipReader:
    """Finds stated ties; people are resolved by names, and "my" and "your" by who speaks to whom."""

    def __init__(
        self, text: str, spans: Sequence[Span], people: People, attributions: Sequence[Attribution]
    ) -> None:
        self._text = text
        self._spans = spans
        self._people = people
        self._span_starts = [span.start for span in spans]
        self._said = {attribution.quote: attribution for attribution in attributions}
        self._ids = [character.id for character in people.characters]
        self._numbers = {person: number for number, person in enumerate(self._ids)}
        self._by_key = {
            name_key(alias): number for number, c in enumerate(people.characters) for alias in c.aliases
        }

    def read(self) -> Iterator[Tie]:
        """Every stated tie whose two people are known, in text order."""
        for index, mention in enumerate(self._people.mentions):
            yield from self._owned(index, mention)
            yield from self._possessive(index, mention)
            yield from self._couple(index, mention)

    def _owned(self, index: int, mention: Mention) -> Iterator[Tie]:
        """ "her sister Jane", "my aunt Norris"."""
        before = self._text[max(0, mention.start - _LOOK_BACK) : mention.start]
        first = mention.surface.split()[0].lower()
        match = _OWNED_TITLE.search(before) if first in KIN else _OWNED.search(before)
        if match:
            kin = first if first in KIN else match.group("kin").lower()
            place = mention.start - len(before) + match.start()
            owner = self._owner(match.group("owner").lower(), place, self._people.owners[index])
            yield from self._tie(self._people.owners[index], owner, kin, place, mention.end)

    def _owner(self, word: str, place: int, other: int) -> int | None:
        """Whom a possessive pronoun means, where that is clear; never the person it is said of."""
        quote = bisect_right(self._span_starts, place) - 1
        if self._spans[quote].is_quotation:
            said = self._said.get(quote)
            if said is None or word not in ("my", "your", "our"):
                return None
            return self._number(said.addressee_id if word == "your" else said.speaker_id)
        if word in ("my", "our"):
            return self._people.narrator
        gender = _OWNER_GENDERS.get(word)
        return self._last_named(place, gender, other) if gender else None

    def _number(self, person: str | None) -> int | None:
        return None if person is None else self._numbers[person]

    def _last_named(self, place: int, gender: Gender, other: int) -> int | None:
        for index in reversed(self._people.between(place - _OWNER_WINDOW, place)):
            person = self._people.owners[index]
            if (
                not self._people.in_quote[index]
                and self._people.genders[person] == gender
                and person != other
            ):
                return person
        return None

    def _possessive(self, index: int, mention: Mention) -> Iterator[Tie]:
        """ "Jane's sister Mary"; "Mary, the sister of Jane"."""
        if index + 1 >= len(self._people.mentions):
            return
        following = self._people.mentions[index + 1]
        here, there = self._people.owners[index], self._people.owners[index + 1]
        match = _POSSESSIVE_KIN.fullmatch(self._text, mention.end, following.start)
        if match:
            yield from self._tie(there, here, match.group("kin").lower(), mention.start, following.end)
        match = _APPOSITION.fullmatch(self._text, mention.end, following.start)
        if match:
            yield from self._tie(here, there, match.group("kin").lower(), mention.start, following.end)

    def _couple(self, index: int, mention: Mention) -> Iterator[Tie]:
        """ "Mr. and Mrs. Gardiner"."""
        match = _COUPLE.search(self._text, max(0, mention.start - _LOOK_BACK), mention.start)
        words = name_key(mention.surface).split()
        if match and words[0] == "Mrs":
            husband = self._by_key.get(" ".join(["Mr", *words[1:]]))
            yield from self._tie(self._people.owners[index], husband, "wife", match.start(), mention.end)

    def _tie(self, source: int, target: int | None, kin: str, start: int, end: int) -> Iterator[Tie]:
        genders = {KIN[kin], self._people.genders[source]} - {"unknown"}
        if target is not None and target != source and len(genders) < 2:
            evidence = Evidence(start=start, end=end, reason=f"called {kin}")
            yield Tie(self._ids[source], self._ids[target], KIN_RELATIONS[kin], evidence)
