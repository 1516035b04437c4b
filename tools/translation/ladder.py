"""From a batch to translations, one way or another: ask, ask again, split, ask another engine, or say so.

The ladder never shifts a line: an answer counts by its id alone. What no engine translates usably has no
translation, which its outcome says; nobody puts the source in its place without a flag.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelError, ModelRefused
from tools.translation.alignment import are_shifted
from tools.translation.judging import Fault, is_usable

_SHIFTED = Fault(kind="shifted", message="the translations stood under each other's ids")
_FOREIGN = Fault(kind="script", message="most of the answer was not in the target language")
_MERGED = Fault(kind="merged", message="it may hold its neighbour's translation, which was left out")
_FEW = 4  # items that are asked for one by one where translations have been shifted


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Words to be translated."""

    id: str
    words: str
    previous: str = ""  #: A translation of them that was not good enough.
    complaints: tuple[str, ...] = ()  #: What was wrong with it.


class Engine(Protocol):
    """Something that translates."""

    @property
    def name(self) -> str:
        """Which one it is, for the record."""
        ...

    async def translate(self, items: Sequence[Item]) -> Mapping[str, str]:
        """Translations by id; ids may lack, and others may be there.

        Raises:
            ModelAnswerInvalid: The answer is of no use.
            ModelRefused: The provider will not answer.
            ModelUnavailable: None came.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one item."""

    translation: str | None  #: None: there is none that can be used.
    faults: tuple[Fault, ...] = ()  #: Of the translation; or, where there is none, of the last one.
    unanswered: str = ""  #: Why the last question had no answer to use; empty: it had one.
    engine: str = ""
    asked: int = 0  #: How often it was sent.


Judging = Callable[[str, str], list[Fault]]
"""From an item's id and a translation to what is wrong with it."""


async def climb(items: Sequence[Item], engines: Sequence[Engine], judge: Judging) -> dict[str, Outcome]:
    """Translate a batch: every id of it has an outcome.

    An engine is asked for all at once; once more for what is faulty, with the complaints; then, in halves
    down to single items, for what is still unusable. What it could not do, the next engine tries.

    Args:
        items: With ids of their own.
        engines: The first is used; the others where it fails.
        judge: Says what is wrong with a translation.

    Raises:
        ModelUnavailable: An engine does not answer, which is no reason to leave lines untranslated.
        ModelRefused: It will not answer whatever is asked: a bad key, an unpaid account.
    """
    climbing = _Climb(judge, {item.id: Outcome(translation=None) for item in items})
    for engine in engines:
        todo = climbing.untranslated(items)
        if todo:
            await climbing.ask(engine, todo)
            await climbing.ask(engine, climbing.faulty(todo))
            await climbing.split(engine, climbing.untranslated(todo), alone=len(todo) == 1)
    return climbing.outcomes


class _Climb:
    """One batch on its way."""

    def __init__(self, judge: Judging, outcomes: dict[str, Outcome]) -> None:
        self.outcomes = outcomes
        self._judge = judge
        self._is_suspected = False  # of shifting translations
        self._latest: dict[str, tuple[str, tuple[str, ...]]] = {}  # by id, for the engine to see
        self._filtered: set[tuple[str, frozenset[str]]] = set()  # an engine's name, and ids in one question

    def untranslated(self, items: Sequence[Item]) -> list[Item]:
        """Those that have no usable translation."""
        return [item for item in items if self.outcomes[item.id].translation is None]

    def faulty(self, items: Sequence[Item]) -> list[Item]:
        """Those that have none, or one with faults."""
        outcomes = self.outcomes
        return [item for item in items if outcomes[item.id].faults or outcomes[item.id].translation is None]

    async def split(self, engine: Engine, items: Sequence[Item], *, alone: bool = False) -> None:
        """Ask for halves, and for halves of what they leave; never twice for one that was asked for alone."""
        if not items or (len(items) == 1 and alone):
            return
        middle = (len(items) + 1) // 2
        halves = [items[:middle], items[middle:]]
        if self._is_suspected and len(items) <= _FEW:  # too few to see a shift in
            halves = [[item] for item in items]
        for half in halves:
            if half:
                await self.ask(engine, half)
                if len(half) == 1 and set(self.outcomes[half[0].id].faults) <= {_MERGED}:
                    await self.ask(engine, self.untranslated(half))  # that an answer lacks is chance, mostly
                await self.split(engine, self.untranslated(half), alone=len(half) == 1)

    async def ask(self, engine: Engine, items: Sequence[Item]) -> None:
        """Ask once, and keep what is better than what there was; never again what a filter objected to."""
        question = (engine.name, frozenset(item.id for item in items))
        if not items or question in self._filtered:
            return
        self._count(items)
        try:
            answers = await engine.translate([self._with_complaints(item) for item in items])
        except ModelAnswerInvalid as error:
            self._leave(items, error)
            return  # a smaller question may be answered better
        except ModelRefused as error:
            if error.category is not ErrorCategory.CONTENT_FILTER:
                raise
            self._filtered.add(question)
            self._leave(items, error)
            return  # one item of the batch is meant, and the others are found by splitting
        words = {item.id: item.words for item in items}
        if are_shifted(words, answers, is_suspected=self._is_suspected):
            self._is_suspected = True
            self._refuse(items, answers, _SHIFTED)
            return
        judged = {item.id: self._judge(item.id, answers[item.id]) for item in items if item.id in answers}
        foreign = sum(fault.kind == "script" for faults in judged.values() for fault in faults)
        if 2 * foreign > len(judged):
            self._refuse(items, answers, _FOREIGN)
            return
        merged = _beside_gaps([item.id for item in items], judged)
        self._refuse([item for item in items if item.id in merged], answers, _MERGED)
        for id, faults in judged.items():
            if id not in merged:
                self._take(engine, id, answers[id], faults)

    def _count(self, items: Sequence[Item]) -> None:
        for item in items:
            outcome = self.outcomes[item.id]
            self.outcomes[item.id] = replace(outcome, unanswered="", asked=outcome.asked + 1)

    def _leave(self, items: Sequence[Item], why: ModelError) -> None:
        for item in items:
            self.outcomes[item.id] = replace(self.outcomes[item.id], unanswered=why.message)

    def _refuse(self, items: Sequence[Item], answers: Mapping[str, str], fault: Fault) -> None:
        """Take none of these: what is wrong with them no rule can tell one by one."""
        for item in items:
            self._latest[item.id] = (answers.get(item.id, ""), (fault.message,))
            if self.outcomes[item.id].translation is None:
                self.outcomes[item.id] = replace(self.outcomes[item.id], faults=(fault,))

    def _with_complaints(self, item: Item) -> Item:
        previous, complaints = self._latest.get(item.id, ("", ()))
        return replace(item, previous=previous, complaints=complaints)

    def _take(self, engine: Engine, id: str, translation: str, found: Sequence[Fault]) -> None:
        faults = tuple(found)
        self._latest[id] = (translation, tuple(fault.message for fault in faults))
        before = self.outcomes[id]
        is_better = before.translation is None or len(faults) < len(before.faults)
        if is_usable(faults) and is_better:
            outcome = replace(before, translation=translation, faults=faults, engine=engine.name)
        elif before.translation is None:
            outcome = replace(before, faults=faults, engine=engine.name)
        else:
            return
        self.outcomes[id] = outcome


def _beside_gaps(ids: Sequence[str], answered: Collection[str]) -> set[str]:
    """The answered ids next to one that lacks: a model that leaves out a line has often put it there."""
    gaps = [place for place, id in enumerate(ids) if id not in answered]
    places = {place + step for place in gaps for step in (-1, 1)}
    return {ids[place] for place in places if 0 <= place < len(ids) and ids[place] in answered}
