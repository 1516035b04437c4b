"""Answers from gold data to the questions of the characters graph.

The oracle knows the gold files and sees one request, nothing else. It names a speaker only by the id of a
candidate that the request offers, or by words that stand in the request's text. So what it cannot answer
is what the pipeline failed to offer.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

UNKNOWN = "unknown"

_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
_SURE, _SHARED = 10, 1  # how much a name says that is one character's own, or several people's


class Gold(Protocol):
    """What is annotated of one text."""

    @property
    def aliases(self) -> Mapping[str, Sequence[str]]:
        """Every name of each character."""
        ...

    @property
    def genders(self) -> Mapping[str, str]:
        """ "male", "female" or "unknown" for each character."""
        ...

    def speaker(self, quote_id: str) -> str | None:
        """Who says the quotation that a request calls so; None when gold names nobody."""
        ...

    def addressees(self, quote_id: str) -> Sequence[str]:
        """Whom it is said to."""
        ...


class Oracle:
    """Answers every question about one text."""

    def __init__(self, gold: Gold) -> None:
        self._gold = gold
        self.unnameable: dict[str, str] = {}
        """Quotation -> its speaker, where no request offered a candidate or words for the speaker."""
        self._named: set[str] = set()
        self._owners: dict[str, set[str]] = defaultdict(set)
        for character, aliases in gold.aliases.items():
            for alias in aliases:
                self._owners[_key(alias)].add(character)

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one question; its fields tell which kind it is."""
        if "quotes" in data:
            return {"quotes": [self._line(quote, data) for quote in data["quotes"]]}
        if "pairs" in data:
            return {"verdicts": [self._verdict(pair) for pair in data["pairs"]]}
        if "others" in data:
            return {"people": [self._portray(person) for person in data["people"]]}
        return self._sort_names(data)

    def _portray(self, person: Mapping[str, Any]) -> dict[str, Any]:
        """The gender, which is all that is annotated."""
        owner = self._owner(person["names"])
        return {"id": person["id"], "gender": self._gold.genders.get(owner or "", UNKNOWN)}

    def _line(self, quote: str, data: Mapping[str, Any]) -> dict[str, Any]:
        speaker = self._gold.speaker(quote)
        offered = (self._candidate(name, data["candidates"]) for name in self._gold.addressees(quote))
        return {
            "quote": quote,
            "speaker": self._name_speaker(quote, speaker, data) if speaker else UNKNOWN,
            "addressee": next(filter(None, offered), None),
        }

    def _name_speaker(self, quote: str, speaker: str, data: Mapping[str, Any]) -> str:
        answer = self._candidate(speaker, data["candidates"]) or self._phrase(speaker, data["text"])
        if answer:
            self._named.add(quote)
            self.unnameable.pop(quote, None)
        elif quote not in self._named:
            self.unnameable[quote] = speaker
        return answer or UNKNOWN

    def _candidate(self, character: str, candidates: Iterable[Mapping[str, Any]]) -> str | None:
        """The candidate most of whose names are this character's."""
        scores = Counter[str]()
        for candidate in candidates:
            owners = [self._owners.get(_key(name), set[str]()) for name in candidate["names"]]
            own = sum(_SURE if len(o) == 1 else _SHARED for o in owners if character in o)
            others = sum(_SURE for o in owners if o and character not in o)
            scores[candidate["id"]] = own - others
        best, score = scores.most_common(1)[0] if scores else ("", 0)
        return best if score > 0 else None

    def _phrase(self, character: str, text: str) -> str | None:
        """Words of the text that are one of this character's names."""
        for alias in sorted(self._gold.aliases.get(character, ()), key=len, reverse=True):
            if found := _find(alias, text, re.IGNORECASE):
                return found
        return None

    def _verdict(self, pair: Mapping[str, Any]) -> dict[str, Any]:
        one, other = self._owner(pair["a"]["names"]), self._owner(pair["b"]["names"])
        return {"pair": pair["id"], "same": one == other if one and other else None}

    def _owner(self, names: Iterable[str]) -> str | None:
        votes = Counter[str]()
        for name in names:
            owners = self._owners.get(_key(name), set[str]())
            votes.update(dict.fromkeys(owners, _SURE if len(owners) == 1 else _SHARED))
        return votes.most_common(1)[0][0] if votes else None

    def _sort_names(self, data: Mapping[str, Any]) -> dict[str, Any]:
        present = self._present([name["name"] for name in data["names"]])
        groups: dict[str, list[str]] = defaultdict(list)
        for name in data["names"]:
            groups[self._owner_here(name["name"], present) or ""].append(name["id"])
        unclear = groups.pop("", [])  # gold does not know them
        people = [
            {"names": names, "gender": self._gold.genders.get(owner, UNKNOWN)}
            for owner, names in groups.items()
        ]
        return {
            "people": people,
            "unclear": unclear,
            "not_people": [],
            "missed": list(self._missed(data, groups)),
        }

    def _present(self, names: Iterable[str]) -> Counter[str]:
        """How many names of the list belong to each character alone."""
        owners = (self._owners.get(_key(name), set[str]()) for name in names)
        return Counter(next(iter(o)) for o in owners if len(o) == 1)

    def _owner_here(self, name: str, present: Counter[str]) -> str | None:
        """Whom the name means: of several, the one with most other names in this window."""
        owners = sorted(self._owners.get(_key(name), set[str]()))
        return max(owners, key=lambda owner: present[owner], default=None)

    def _missed(
        self, data: Mapping[str, Any], groups: Mapping[str, Sequence[str]]
    ) -> Iterator[dict[str, Any]]:
        """Names that stand in the text, letter for letter, and are not in the list."""
        listed = {_key(name["name"]) for name in data["names"]}
        for character, aliases in self._gold.aliases.items():
            for alias in aliases:
                if len(self._owners[_key(alias)]) > 1 or _key(alias) in listed or alias[:1] == "_":
                    continue
                if found := _find(_ARTICLE.sub("", alias), data["text"]):
                    same_as = groups[character][0] if groups.get(character) else None
                    gender = self._gold.genders.get(character, UNKNOWN)
                    yield {"name": found, "same_as": same_as, "gender": gender}


def _find(name: str, text: str, flags: re.RegexFlag = re.NOFLAG) -> str | None:
    """The name as it stands in the text, as words of their own where the script has words."""
    words = r"\s+".join(map(re.escape, name.split()))
    found = re.search(rf"\b{words}\b" if name.isascii() else words, text, flags)
    return found[0] if found else None


def _key(name: str) -> str:
    """A name without its article, dots, possessive ending and case."""
    bare = _ARTICLE.sub("", " ".join(name.split())).lower().replace("’", "'")
    return bare.replace(".", "").removesuffix("'s").removesuffix("'")
