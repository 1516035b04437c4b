"""Scores of speaker attribution against annotated quotations."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evals.clusters import fold_name, map_characters
from evals.pdnc import GoldCharacter, GoldQuotation, Novel
from tools.novels.types import Attribution, Cast, Span

ALL = "all"  #: The key of the scores over every type.
_NOBODY = frozenset(("_group", "_unknowable"))


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a number of decisions are right; add two to score several books together."""

    right: int = 0
    total: int = 0

    @property
    def accuracy(self) -> float:
        """The share of right decisions; 0 of none."""
        return self.right / self.total if self.total else 0.0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.right + other.right, self.total + other.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionScores:
    """The scores of one book, or of several added up."""

    speakers: Mapping[str, Share] = field(default_factory=dict[str, Share])  #: By gold type, and ALL.
    methods: Mapping[str, Share] = field(default_factory=dict[str, Share])  #: By method of the deciding span.
    addressees: Share = Share()  #: Over the quotations for which an addressee was given.

    def __add__(self, other: "AttributionScores") -> "AttributionScores":
        return AttributionScores(
            speakers=_sum(self.speakers, other.speakers),
            methods=_sum(self.methods, other.methods),
            addressees=self.addressees + other.addressees,
        )


def _sum(one: Mapping[str, Share], other: Mapping[str, Share]) -> dict[str, Share]:
    keys = sorted({*one, *other})
    return {key: one.get(key, Share()) + other.get(key, Share()) for key in keys}


def score_attribution(
    novel: Novel, spans: Sequence[Span], cast: Cast, attributions: Iterable[Attribution]
) -> AttributionScores:
    """Compare system attributions with the gold speakers, every gold quotation counting.

    A gold quotation is matched with the system quotation spans that overlap each of its sub-spans. Each
    matched sub-span votes for the gold character that the speaker of the span with the greatest overlap is
    mapped to (:func:`evals.clusters.map_characters`: one to one, so a split or merged character costs; only
    characters who speak or are spoken to somewhere take part). The quotation is right when the vote of the
    majority is for its speaker; where no name has the majority, the first matched sub-span decides. A
    quotation without a matched span, or whose vote is for nobody, is wrong.

    Two names of the corpus are no characters: a quotation of "_group" or "_unknowable" is right only when the
    system gives no speaker.

    Addressees are scored where the system gives one and the corpus names a real one: right when the given
    one is among them.
    """
    main_names = _main_names(novel.characters)
    mapping = map_characters(cast, _speakers(novel, main_names))
    by_quote = {attribution.quote: attribution for attribution in attributions}
    quotes = [(span.start, span.end, index) for index, span in enumerate(spans) if span.is_quotation]
    speakers: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    methods: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    addressees: Counter[bool] = Counter()
    for gold in novel.quotations:
        decisions = [by_quote[quote] for quote in _matches(gold, quotes) if quote in by_quote]
        decision = _decide(decisions, mapping)
        right = decision is not None and _is_right(decision, gold, mapping, main_names)
        speakers[gold.type][right] += 1
        speakers[ALL][right] += 1
        methods[decision.method if decision else "unmatched"][right] += 1
        named = {main_names.get(fold_name(name), name) for name in gold.addressees} - _NOBODY
        if decision and decision.addressee_id and named:
            addressees[mapping.get(decision.addressee_id) in named] += 1
    return AttributionScores(
        speakers={key: _share(counts) for key, counts in speakers.items()},
        methods={key: _share(counts) for key, counts in methods.items()},
        addressees=_share(addressees),
    )


def _share(counts: Counter[bool]) -> Share:
    return Share(counts[True], counts.total())


def _speakers(novel: Novel, main_names: Mapping[str, str]) -> list[GoldCharacter]:
    """The characters who speak or are spoken to: the corpus also lists names that it left unassigned."""
    named = {name for quotation in novel.quotations for name in (quotation.speaker, *quotation.addressees)}
    heard = {main_names.get(fold_name(name), name) for name in named} - _NOBODY
    return [character for character in novel.characters if character.name in heard]


def _main_names(characters: Sequence[GoldCharacter]) -> dict[str, str]:
    """Folded name -> main name; main names win over aliases of others."""
    names = {fold_name(alias): c.name for c in reversed(characters) for alias in c.aliases}
    return names | {fold_name(c.name): c.name for c in reversed(characters)}


def _matches(gold: GoldQuotation, quotes: Sequence[tuple[int, int, int]]) -> list[int]:
    """For each sub-span in turn, the system span that overlaps it most."""
    matches: list[int] = []
    for start, end in gold.sub_spans:
        low = max(0, bisect_right(quotes, (start, start, -1)) - 1)
        high = bisect_left(quotes, (end, end, -1))
        overlaps = [(min(end, q[1]) - max(start, q[0]), -q[2]) for q in quotes[low:high]]
        best = max(overlaps, default=(0, 0))
        if best[0] > 0:
            matches.append(-best[1])
    return matches


def _decide(decisions: Sequence[Attribution], mapping: Mapping[str, str]) -> Attribution | None:
    """The decision of the majority of the sub-spans, else of the first."""
    if not decisions:
        return None
    votes = Counter(mapping.get(d.speaker_id or "") for d in decisions)
    winner, count = votes.most_common(1)[0]
    if 2 * count <= len(decisions):
        return decisions[0]
    return next(d for d in decisions if mapping.get(d.speaker_id or "") == winner)


def _is_right(
    decision: Attribution, gold: GoldQuotation, mapping: Mapping[str, str], main_names: Mapping[str, str]
) -> bool:
    speaker = main_names.get(fold_name(gold.speaker), gold.speaker)
    if speaker in _NOBODY:
        return decision.speaker_id is None
    return decision.speaker_id is not None and mapping.get(decision.speaker_id) == speaker
