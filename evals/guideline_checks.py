"""How much the gates catch of seeded mutations, and how often they object to what is faithful."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from evals.guideline_gold import Gold
from evals.guideline_mutations import Mutation, mutations
from tools.medical.gates import check_version
from tools.medical.gates.finding import Finding

_SEED = 12
Key = tuple[str, str | None, str | None]  # gate, sentence, source


@dataclass(slots=True)
class Power:
    """What was caught of one kind."""

    made: int = 0
    caught: int = 0
    missed: list[str] = field(default_factory=list[str])

    @property
    def share(self) -> float:
        return self.caught / self.made if self.made else 0.0


def measure_power(
    golds: list[Gold], count: int = 500, kinds_of: Mapping[str, Mutation] | None = None
) -> dict[str, Power]:
    """What of each kind of mutation is caught.

    Args:
        count: Mutations of all kinds together.
        kinds_of: The kinds; those with the sentences of the development set when it is not given.
    """
    chance = random.Random(_SEED)  # noqa: S311 - chance that has to be the same each time
    changes = kinds_of or mutations()
    power = {kind: Power() for kind in changes}
    kinds = list(changes)
    before: dict[tuple[str, int], Counter[Key]] = {}
    made = turn = 0
    while made < count:
        kind, gold = kinds[turn % len(kinds)], golds[turn // len(kinds) % len(golds)]
        turn += 1
        version, records = gold.version(wording := chance.randrange(2)), gold.records.model_copy(deep=True)
        if (gold.name, wording) not in before:
            found = check_version(version, records, gold.pages)
            before[gold.name, wording] = Counter(_key(finding) for finding in found)
        alarms = before[gold.name, wording]
        faithful = {sentence.id: sentence.text for sentence in version.sentences()}
        if not changes[kind](version, records, chance):
            continue
        made += 1
        power[kind].made += 1
        # What a gate says of the faithful version as well catches nothing.
        if Counter(_key(found) for found in check_version(version, records, gold.pages)) - alarms:
            power[kind].caught += 1
        else:
            changed = [s.text for s in version.sentences() if faithful.get(s.id) != s.text]
            power[kind].missed.append(f"{gold.name}: {changed}")
    return power


def measure_written(golds: list[Gold]) -> dict[str, Power]:
    """What is caught of the wrong sentences that people wrote, by kind."""
    power: dict[str, Power] = {}
    for gold in golds:
        before = Counter(_key(found) for found in check_version(gold.version(), gold.records, gold.pages))
        for wrong in gold.wrong:
            version = gold.version()
            sentence = next(one for one in version.sentences() if wrong.source in one.sources)
            sentence.text = wrong.text
            one = power.setdefault(wrong.kind, Power())
            one.made += 1
            if Counter(_key(found) for found in check_version(version, gold.records, gold.pages)) - before:
                one.caught += 1
            else:
                one.missed.append(f"{gold.name}: {wrong.text}")
    return power


def _key(finding: Finding) -> Key:
    return finding.gate, finding.sentence, finding.source


def count_false_alarms(golds: list[Gold]) -> tuple[int, int]:
    """Sentences of faithful versions that a gate objects to, and how many there are."""
    alarms = sentences = 0
    for gold in golds:
        for wording in range(gold.wordings):
            version = gold.version(wording)
            found = check_version(version, gold.records, gold.pages)
            alarms += len({finding.sentence or finding.source for finding in found})
            sentences += len(list(version.sentences()))
    return alarms, sentences
