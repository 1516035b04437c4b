"""Who says each quotation, and to whom."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from tools.novels.chinese.addressees import find_addressees
from tools.novels.chinese.cues import find_cues, puts_sentences_on_lines, resolve_pronouns
from tools.novels.chinese.narration import NarrationReader
from tools.novels.chinese.presence import Presence
from tools.novels.chinese.references import Reference, name_references
from tools.novels.chinese.scores import score_turn
from tools.novels.chinese.turn_taking import Step, choose_speakers
from tools.novels.chinese.turns import find_turns
from tools.novels.chinese.verdict import judge, not_speech
from tools.novels.chinese.vocatives import read_turn
from tools.novels.types import Attribution, Cast, Gender, Span


def attribute(text: str, spans: Sequence[Span], cast: Cast) -> list[Attribution]:
    """One attribution for each quotation span, in text order.

    First each turn is scored by itself: tags, beats and pronouns in the narration beside it, and the names
    in it. Then the speakers of all turns are chosen together, so that people answer each other.
    """
    genders: dict[str, Gender] = {character.id: character.gender for character in cast.characters}
    narrator = next((character.id for character in cast.characters if character.is_narrator), None)
    steps = _read(text, spans, name_references(cast), genders, narrator)
    speakers = choose_speakers(steps, genders)
    addressees = find_addressees(steps, speakers)
    decided = {
        step.turn.quote: judge(step, speaker, addressee, narrator)
        for step, speaker, addressee in zip(steps, speakers, addressees, strict=True)
    }
    quotes = [index for index, span in enumerate(spans) if span.is_quotation]
    return [decided[quote] if quote in decided else not_speech(quote) for quote in quotes]


def _read(
    text: str,
    spans: Sequence[Span],
    names: Sequence[Reference],
    genders: Mapping[str, Gender],
    narrator: str | None,
) -> list[Step]:
    turns = find_turns(text, spans)
    blocks = NarrationReader(text, names, narrator).blocks(turns)
    is_lined = puts_sentences_on_lines(blocks)
    antecedents = resolve_pronouns(blocks)
    presence = Presence(names, turns)
    offsets = [name.start for name in names]
    steps: list[Step] = []
    for turn, (before, after) in zip(turns, pairwise(blocks), strict=True):
        named = read_turn(text, turn, names, offsets)
        cues = find_cues(before, after, is_first=not steps, is_lined=is_lined)
        scores = score_turn(presence.around(turn), named, cues, genders, antecedents, narrator)
        steps.append(Step(turn, scores, cues, before, named, steps[-1].named if steps else None))
    return steps
