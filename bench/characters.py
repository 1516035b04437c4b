"""Time and memory of the characters graph on one long novel, by rules.

The novel is made here: scenes of dialogue and narration over a fixed cast, so that the figure needs no data.
Run ``python -m bench.characters [--characters N] [--check]``; with --check the exit code is 1 over a limit.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from evals.memory import Footprint, measure

LIMIT_SECONDS = 60.0  # for a million characters on two cores
LIMIT_MEBIBYTES = 600.0

GIVEN = ("Martha", "Peter", "Agnes", "Walter", "Edith", "Hugh", "Clara", "Simon", "Nora", "Giles")
FAMILY = ("Finch", "Harrow", "Lorne", "Pryce", "Vane", "Wells", "Thorne", "Marsh", "Dale", "Rook")
_VERBS = ("said", "asked", "replied", "whispered", "cried", "answered")
_LINES = ("Where did you put the lamp?", "I never touched it.", "The river is high tonight.", "Then we wait.")
_NARRATION = (
    "The wind came over the hill and went through the orchard without stopping.",
    "{name} looked at the fire for a long while and turned the ring on her finger.",
    "Nobody had opened that door since the winter, and the hinges complained.",
)


def novel(length: int) -> str:
    """A novel of at least this many characters, always the same one."""
    chance = random.Random(7)  # noqa: S311 - repeatable, guards nothing
    names = [f"{given} {chance.choice(FAMILY)}" for given in GIVEN]
    parts: list[str] = []
    written = chapter = 0
    while written < length:
        chapter += 1
        parts.append(f"\n\nCHAPTER {chapter}\n\n")
        parts += [_scene(chance, names) for _ in range(12)]
        written = sum(map(len, parts))
    return "".join(parts)


def _scene(chance: random.Random, names: list[str]) -> str:
    one, two = chance.sample(names, 2)
    paragraphs = [chance.choice(_NARRATION).format(name=one)]
    for turn in range(chance.randint(2, 8)):
        speaker = (one, two)[turn % 2]
        tag = f" {chance.choice(_VERBS)} {speaker}." if chance.random() < 0.6 else ""
        paragraphs.append(f"“{chance.choice(_LINES)}”{tag}")
    return "\n\n".join(paragraphs) + "\n\n"


def _is_within(footprint: Footprint, length: int) -> bool:
    seconds = footprint.seconds / length * 1_000_000
    return seconds <= LIMIT_SECONDS and footprint.peak_mebibytes <= LIMIT_MEBIBYTES


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--characters", type=int, default=1_000_000)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "novel.txt"
        path.write_text(novel(arguments.characters), encoding="utf-8")
        length = path.stat().st_size
        footprint = measure(path, "offline", None)
    print(
        f"{footprint.seconds:.1f} s and {footprint.peak_mebibytes:.0f} MiB for {length:,} bytes "
        f"(limits {LIMIT_SECONDS:.0f} s a million characters, {LIMIT_MEBIBYTES:.0f} MiB)"
    )
    if arguments.check and not _is_within(footprint, arguments.characters):
        sys.exit(1)


if __name__ == "__main__":
    main()
