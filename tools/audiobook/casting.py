"""Which voice each role gets: one that fits, and is far from those it talks with.

Roles are vertices of a graph, with an edge between two that share scenes; voices are its colours. Exact
colouring is not needed, and with few voices not possible: as in DSATUR (Brelaz 1979), the role whose
neighbours have the most voices already comes first, and takes the best of what its neighbours leave.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.audiobook.lines import NARRATOR
from tools.audiobook.voices import AGES, Age, Gender, Style, Voice, distance

# Points of txt2voice's matching: gender 30, age 25 (a neighbouring age 15), style 20 (10 each).
_GENDER, _AGE, _NEAR_AGE, _STYLE, _MOST_STYLE = 30.0, 25.0, 15.0, 10.0, 20.0
_WRONG_GENDER = 100.0  # a man's voice for a woman is worse than the voice of another woman
_SAME_VOICE = 60.0  # as somebody whom one talks with
_CLOSE_VOICE = 40.0  # for a voice at no distance
_CHANGED_PITCH = 10.0  # for a voice at a pitch that is not its own: less natural
_KEPT = 50.0  # for the voice of an earlier cast
_USED = 4.0  # for each role that has the voice already: all voices are used before one comes again
_CLOSE = 0.2  # nearer than this, listeners take two voices for one
_NEAR_QUOTES = 4  # quotations of a chapter that make one scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who needs a voice."""

    id: str  #: A character's, or NARRATOR.
    name: str
    lines: int = 0
    gender: Gender | None = None
    age: Age | None = None
    styles: tuple[Style, ...] = ()  #: What a person wants it to sound like.


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A role with its voice."""

    role: str
    voice: str
    is_locked: bool = False  #: Chosen by a person.
    score: float = 0.0  #: How well the voice fits, from 0 to 75; 0 for a chosen one.
    talks_with: tuple[str, ...] = ()  #: Roles that it shares scenes with, the most first.
    too_close_to: tuple[str, ...] = ()  #: Those of them whose voice is the same, or nearly.


Scenes = Mapping[frozenset[str], int]
"""How often two roles speak near each other."""


def scenes_of(speakers: Sequence[tuple[int, str | None]]) -> Scenes:
    """Who shares scenes with whom.

    Args:
        speakers: Chapter and speaker of each quotation, in order; None is nobody who is known.
    """
    found: Counter[frozenset[str]] = Counter()
    for at, (chapter, speaker) in enumerate(speakers):
        for near_chapter, near in speakers[at + 1 : at + _NEAR_QUOTES]:
            if near_chapter == chapter and speaker and near and near != speaker:
                found[frozenset((speaker, near))] += 1
    return found


def cast(
    roles: Sequence[Role],
    voices: Sequence[Voice],
    scenes: Scenes,
    locked: Mapping[str, str],
    earlier: Mapping[str, str] | None = None,
) -> list[Part]:
    """A voice for every role, in the order of the roles.

    Args:
        roles: The narrator among them, who is heard beside everybody.
        voices: What there is to choose from; at least one.
        scenes: As scenes_of finds them.
        locked: Voices that people chose, by role. They need not be among the voices.
        earlier: Voices of an earlier cast: who can keep one, does, for listeners know it.
    """
    company = _Company(roles, scenes)
    chosen = _Chosen(voices, company, earlier or {})
    for role in roles:
        if role.id in locked:
            known = next((voice for voice in voices if voice.id == locked[role.id]), None)
            chosen.take(role, known or Voice(id=locked[role.id]))
    left = [role for role in roles if role.id not in locked]
    while left:
        role = max(left, key=lambda one: (one.id == NARRATOR, chosen.saturation(one), one.lines))
        left.remove(role)
        chosen.take(role, chosen.best(role))
    return [chosen.part(role, is_locked=role.id in locked) for role in roles]


@dataclass(slots=True)
class _Company:
    """Who is heard beside whom, and how much: from 0 to 1."""

    roles: Sequence[Role]
    scenes: Scenes
    _weights: dict[str, dict[str, float]] = field(init=False)

    def __post_init__(self) -> None:
        self._weights = {role.id: {} for role in self.roles}
        most = max(self.scenes.values(), default=1)
        for pair, count in self.scenes.items():
            a, b = sorted(pair)
            if a in self._weights and b in self._weights:
                self._weights[a][b] = self._weights[b][a] = 0.5 + 0.5 * count / most
        if NARRATOR in self._weights:
            for role in self.roles:
                if role.id != NARRATOR:
                    self._weights[role.id][NARRATOR] = self._weights[NARRATOR][role.id] = 0.75

    def of(self, role: str) -> Mapping[str, float]:
        return self._weights[role]


@dataclass(slots=True)
class _Chosen:
    """The voices that were given, and what speaks for and against the next."""

    voices: Sequence[Voice]
    company: _Company
    earlier: Mapping[str, str]
    _given: dict[str, Voice] = field(init=False, default_factory=dict[str, Voice])
    _used: Counter[str] = field(init=False, default_factory=Counter[str])

    def take(self, role: Role, voice: Voice) -> None:
        self._given[role.id] = voice
        self._used[voice.id] += 1

    def saturation(self, role: Role) -> int:
        return len({self._given[near].id for near in self.company.of(role.id) if near in self._given})

    def best(self, role: Role) -> Voice:
        if role.id == NARRATOR:
            fitting = [voice for voice in self.voices if voice.narrates] or self.voices
            return max(fitting, key=lambda voice: self._points(role, voice))
        return max(self.voices, key=lambda voice: self._points(role, voice))

    def _points(self, role: Role, voice: Voice) -> float:
        points = fit(role, voice) - _USED * self._used[voice.id]
        points -= _CHANGED_PITCH if voice.pitch != 1 else 0
        points += _KEPT if self.earlier.get(role.id) == voice.id else 0
        if role.gender and voice.gender and role.gender != voice.gender:
            points -= _WRONG_GENDER
        for near, weight in self.company.of(role.id).items():
            if near in self._given:
                apart = distance(voice, self._given[near])
                points -= weight * (_CLOSE_VOICE * (1 - apart) + (_SAME_VOICE if apart == 0 else 0))
        return points

    def part(self, role: Role, *, is_locked: bool) -> Part:
        own = self._given[role.id]
        near = [name for name, _ in Counter(dict(self._heard_with(role))).most_common()]
        return Part(
            role=role.id,
            voice=own.id,
            is_locked=is_locked,
            score=0.0 if is_locked else fit(role, own),
            talks_with=tuple(near),
            too_close_to=tuple(n for n in near if distance(own, self._given[n]) < _CLOSE),
        )

    def _heard_with(self, role: Role) -> list[tuple[str, int]]:
        pairs = self.company.scenes.items()
        return [
            (next(iter(pair - {role.id})), count)
            for pair, count in pairs
            if role.id in pair and pair <= self._given.keys()
        ]


def fit(role: Role, voice: Voice) -> float:
    """How well a voice fits a role, from 0 to 75; what is not known counts half."""
    points = _GENDER / 2 if role.gender is None or voice.gender is None else 0.0
    if role.gender is not None and role.gender == voice.gender:
        points = _GENDER
    if role.age is None or voice.age is None:
        points += _AGE / 2
    else:
        apart = abs(AGES.index(role.age) - AGES.index(voice.age))
        points += {0: _AGE, 1: _NEAR_AGE}.get(apart, 0.0)
    return points + min(_MOST_STYLE, _STYLE * len(set(role.styles) & set(voice.styles)))
