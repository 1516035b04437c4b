"""Attribution of quotations to speakers: the clues of each turn, decided over the whole book at once."""

from collections.abc import Sequence

from tools.novels.english.clues import ClueReader
from tools.novels.english.decoding import decode
from tools.novels.english.narration import Narration
from tools.novels.english.nouns import bind_nouns
from tools.novels.english.scene import People
from tools.novels.english.scoring import Scorer
from tools.novels.english.turns import TurnReader
from tools.novels.english.verdicts import Verdicts
from tools.novels.types import Attribution, Cast, Span


def attribute(text: str, spans: Sequence[Span], cast: Cast) -> list[Attribution]:
    """One attribution for each quotation span, in text order.

    The first pass finds whom nouns such as "the painter" mostly mean; the second decides with that knowledge.
    """
    people = People(cast, spans)
    narration = Narration(text, people.mentions)
    reader = TurnReader(text, spans, narration, people.owners, people.genders)
    turns = reader.read()
    clues = ClueReader(text, spans, people, narration, reader.paragraphs).read(turns)
    speakers = decode(Scorer(clues, people, {}), len(turns))
    bound = bind_nouns(clues, speakers)
    if bound:
        speakers = decode(Scorer(clues, people, bound), len(turns))
    return Verdicts(clues, speakers, people).attributions()
