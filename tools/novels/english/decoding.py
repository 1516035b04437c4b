"""The most probable speakers of all turns together."""

from tools.novels.english.scoring import Scorer

_BEAM = 120  # pairs of last speakers that are followed

_State = tuple[int | None, int | None]


def decode(scorer: Scorer, turns: int) -> list[int | None]:
    """The speakers with the greatest total score: the Viterbi algorithm of second order, with a beam.

    A state is the pair of the last two speakers, so that the return of a speaker after another's turn counts.
    Time and memory grow linearly with the number of turns.
    """
    best: dict[_State, float] = {(None, None): 0.0}
    arrivals: list[dict[_State, _State]] = []
    for at in range(turns):
        best, arrived = _advance(scorer, at, best)
        arrivals.append(arrived)
    return _trace_back(best, arrivals)


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


def _trace_back(best: dict[_State, float], arrivals: list[dict[_State, _State]]) -> list[int | None]:
    state = max(best, key=best.__getitem__)
    speakers: list[int | None] = []
    for arrived in reversed(arrivals):
        speakers.append(state[1])
        state = arrived[state]
    return speakers[::-1]
