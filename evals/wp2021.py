"""WP2021, speaker attribution in one Chinese novel (Chen, Ling and Liu, Interspeech 2021).

``python -m evals.wp2021 --data DIR`` reads every instance of DIR/wp2021 with the rules of the Chinese pack.

The protocol is the published one: an instance is 21 sentences, of which the 11th is the quotation, and the
corpus' list of names, aliases and genders is the closed roster. The sentences are joined by line feeds;
what counts is the speaker of the first quotation that begins in the 11th sentence.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.attribution import ALL, Share
from evals.table import percent, render_table
from tools.novels import chinese
from tools.novels.chinese import match_names
from tools.novels.quotations import find_spans
from tools.novels.types import Attribution, Cast, Character, Gender, Mention

_QUOTATION = 10  # index of the quotation among the sentences
_SENTENCES = 21
_GENDERS: dict[str, Gender] = {"0": "female", "1": "male"}
_LEAST_ACCURACY = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """A character of the closed roster."""

    names: tuple[str, ...]  #: The main name first.
    gender: Gender


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One quotation in its context."""

    sentences: tuple[str, ...]
    speaker: str  #: A main name of the roster.
    category: str  #: "explicit", "implicit" or "latent".

    @property
    def text(self) -> str:
        """The context, one sentence a line."""
        return "\n".join(self.sentences)

    @property
    def quotation(self) -> tuple[int, int]:
        """Where the 11th sentence lies in the text."""
        start = sum(len(sentence) + 1 for sentence in self.sentences[:_QUOTATION])
        return start, start + len(self.sentences[_QUOTATION])


def load_roster(folder: Path) -> list[RosterEntry]:
    """The characters of ``name_list.txt``: a gender bit, the main name and its aliases on each line."""
    lines = (folder / "name_list.txt").read_text(encoding="utf-8-sig").splitlines()
    rows = [line.split() for line in lines if line.strip()]
    return [RosterEntry(names=tuple(names), gender=_GENDERS[bit]) for bit, *names in rows]


def load_instances(path: Path) -> list[Instance]:
    """The instances of one part, such as ``dev_unsplit.txt``.

    Raises:
        ValueError: An instance has not 21 sentences between its index and its labels.
    """
    blocks = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").strip().split("\n\n")
    return [_instance(block.strip().split("\n")) for block in blocks]


def _instance(lines: Sequence[str]) -> Instance:
    sentences, labels = lines[1:-3], dict(line.split(": ", 1) for line in lines[-3:])
    if len(sentences) != _SENTENCES:
        raise ValueError(f"{lines[0]!r} has {len(sentences)} sentences, not {_SENTENCES}")
    return Instance(sentences=tuple(sentences), speaker=labels["Speaker"], category=labels["Category"])


def roster_cast(text: str, roster: Sequence[RosterEntry]) -> Cast:
    """The roster as a cast, with the places where a text names each character."""
    owners: dict[str, int] = {}
    for index, entry in enumerate(roster):
        for name in entry.names:
            owners.setdefault(name, index)
    mentions: defaultdict[int, list[Mention]] = defaultdict(list)
    for mention in match_names(text, owners):
        mentions[owners[mention.surface]].append(mention)
    return Cast(
        characters=tuple(
            Character(
                id=f"c{index:03d}",
                canonical_name=entry.names[0],
                aliases=entry.names,
                gender=entry.gender,
                mentions=tuple(mentions[index]),
            )
            for index, entry in enumerate(roster)
        )
    )


def attribute_instance(instance: Instance, roster: Sequence[RosterEntry]) -> tuple[str | None, str]:
    """The main name of the speaker that the rules find, or None, and the rule that decided."""
    text = instance.text
    spans = find_spans(text, chinese.language)
    cast = roster_cast(text, roster)
    names = {character.id: character.canonical_name for character in cast.characters}
    start, end = instance.quotation
    found: Iterable[Attribution] = chinese.attribute(text, spans, cast)
    for attribution in found:
        if start <= spans[attribution.quote].start < end:
            speaker = attribution.speaker_id
            return (None if speaker is None else names[speaker]), attribution.method
    return None, "no quotation"


def score(
    instances: Iterable[Instance], roster: Sequence[RosterEntry]
) -> tuple[Mapping[str, Share], Mapping[str, Share]]:
    """The share of right speakers by category, ALL included, and by the rule that decided."""
    categories: defaultdict[str, Share] = defaultdict(Share)
    methods: defaultdict[str, Share] = defaultdict(Share)
    for instance in instances:
        speaker, method = attribute_instance(instance, roster)
        share = Share(int(speaker == instance.speaker), 1)
        categories[instance.category] += share
        categories[ALL] += share
        methods[method] += share
    return categories, methods


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scores; 1 when ``--check`` is given and the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of wp2021/")
    parser.add_argument("--part", default="dev_unsplit.txt", help="file of the part to score")
    parser.add_argument("--check", action="store_true", help="exit with 1 when the goal is missed")
    options = parser.parse_args(arguments)
    folder = options.data / "wp2021"
    categories, methods = score(load_instances(folder / options.part), load_roster(folder))
    print(_table("category", categories), _table("method", methods), sep="\n\n")
    return int(options.check and categories[ALL].accuracy < _LEAST_ACCURACY)


def _table(kind: str, shares: Mapping[str, Share]) -> str:
    rows = [[key, str(s.right), str(s.total), percent(s.accuracy)] for key, s in sorted(shares.items())]
    return render_table([kind, "right", "of", "%"], rows)


if __name__ == "__main__":
    sys.exit(main())
