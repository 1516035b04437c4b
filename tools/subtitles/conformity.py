"""Whether cues keep to their profile: every rule, every cue."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tools.subtitles.cues import Cue
from tools.subtitles.file import Format
from tools.subtitles.profiles import Profile
from tools.subtitles.seeing import see

Rule = Literal["cps", "cpl", "lines", "too_short", "too_long", "gap", "overlap", "empty", "backwards"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One rule that one cue does not keep."""

    cue: int  #: Its id.
    rule: Rule
    value: float  #: What it has.
    limit: float  #: What it may have.


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformity:
    """How far a file keeps to its profile."""

    cues: int
    breaches: tuple[Breach, ...]

    @property
    def share(self) -> float:
        """The share of cues that keep every rule; 1.0 for no cues."""
        broken = {breach.cue for breach in self.breaches}
        return 1.0 if not self.cues else 1 - len(broken) / self.cues

    def counts(self) -> dict[Rule, int]:
        """How often each rule is broken."""
        return dict(Counter(breach.rule for breach in self.breaches))


def judge(cues: Sequence[Cue], profile: Profile, format: Format, *, fps: float = 24.0) -> Conformity:
    """Hold cues against a profile. Overlaps and gaps are judged in the order of the starts."""
    breaches = [breach for cue in cues for breach in _alone(cue, profile, format)]
    ordered = sorted(cues, key=lambda cue: (cue.start, cue.end))
    gap = profile.gap_ms(fps)
    for cue, following in pairwise(ordered):
        apart = following.start - cue.end
        if apart < 0:
            breaches.append(Breach(cue=cue.id, rule="overlap", value=-apart, limit=0))
        elif apart < gap:
            breaches.append(Breach(cue=cue.id, rule="gap", value=apart, limit=gap))
    return Conformity(cues=len(cues), breaches=tuple(breaches))


def _alone(cue: Cue, profile: Profile, format: Format) -> Iterator[Breach]:
    sight = see(cue.text, profile, format)
    if cue.duration <= 0:
        yield Breach(cue=cue.id, rule="backwards", value=cue.duration, limit=1)
        return
    if sight.is_blank:
        yield Breach(cue=cue.id, rule="empty", value=0, limit=1)
        return
    if cue.duration < sight.reading_ms:
        speed = round(sight.length / cue.duration * 1000, 2)
        yield Breach(cue=cue.id, rule="cps", value=speed, limit=profile.cps)
    if sight.longest > profile.cpl:
        yield Breach(cue=cue.id, rule="cpl", value=sight.longest, limit=profile.cpl)
    if sight.lines > profile.max_lines:
        yield Breach(cue=cue.id, rule="lines", value=sight.lines, limit=profile.max_lines)
    if cue.duration < profile.min_ms:
        yield Breach(cue=cue.id, rule="too_short", value=cue.duration, limit=profile.min_ms)
    if cue.duration > profile.max_ms:
        yield Breach(cue=cue.id, rule="too_long", value=cue.duration, limit=profile.max_ms)
