"""The most probable speakers of all turns together."""

from collections.abc import Iterable, Sequence

from tools.novels.english.scoring import Scorer

_BEAM = 120  # pairs of last speakers that are followed
_SETTLE_EVERY = 256  # turns; what no path differs about any more is written down and let go

_State = tuple[int | None, int | None]


def decode(scorer: Scorer, turns: int) -> list[int | None]:
    """The speakers with the greatest total score: the Viterbi algorithm of second order, with a beam.

    A state is the pair of the last two speakers, so that the return of a speaker after another's turn counts.
    Time grows linearly with the number of turns. Memory hardly does: the paths of a conversation meet where
    it begins, and what lies before that is decided.
    """
    best: dict[_State, float] = {(None, None): 0.0}
    arrivals: list[dict[_State, _State]] = []
    speakers: list[int | None] = []
    for at in range(turns):
        best, arrived = _advance(scorer, at, best)
        arrivals.append(arrived)
        if len(arrivals) % _SETTLE_EVERY == 0:
            speakers += _settle(best, arrivals)
    return speakers + _trace_back(max(best, key=best.__getitem__), arrivals)


def _advance(
    scorer: Scorer, at: int, best: dict[_State, float]
) -> tuple[dict[_State, float], dict[_State, _State]]:
    scores: dict[int | None, float] = {**scorer.turn(at)} or {None: 0.0}
    reached: dict[_State, float] = {}
    arrived: dict[_State, _State] = {}
    for state, total in best.items():
        before, previous = state
        for person, score in scores.items():
            sum_ = total + score + scorer.transition(at, before, previous, person)
            following = (previous, person)
            if following not in reached or sum_ > reached[following]:
                reached[following] = sum_
                arrived[following] = state
    if len(reached) > _BEAM:
        kept = sorted(reached, key=lambda state: -reached[state])[:_BEAM]
        reached = {state: reached[state] for state in kept}
    return reached, arrived


def _settle(best: Iterable[_State], arrivals: list[dict[_State, _State]]) -> list[int | None]:
    """The speakers of the turns before the paths of all these states part; their arrivals are let go."""
    states = set(best)
    for at in range(len(arrivals), 0, -1):
        if len(states) == 1:
            settled = _trace_back(states.pop(), arrivals[:at])
            del arrivals[:at]
            return settled
        states = {arrivals[at - 1][state] for state in states}
    return []


def _trace_back(state: _State, arrivals: Sequence[dict[_State, _State]]) -> list[int | None]:
    speakers: list[int | None] = []
    for arrived in reversed(arrivals):
        speakers.append(state[1])
        state = arrived[state]
    return speakers[::-1]
