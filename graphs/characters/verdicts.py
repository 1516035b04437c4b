"""From what windows say about quotations, and what the rules say, to one attribution for each."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from graphs.characters.extras import Extras
from graphs.characters.questions import UNKNOWN, SpeakersAnswer, fold
from tools.novels.types import Attribution, Cast, Character, Evidence, Span

# Published scores of large models on PDNC without training are about .9 over all quotations
# (Michel et al., NAACL 2025); where rules or a second window come to the same, both have to be wrong.
_ALONE = 0.9
_AGREED = 0.97
_DISPUTED = 0.55
_SURE_RULE = 0.9  # a rule that is right as often is not overruled without a second reading

_REACH = 3_000  # characters between a quotation and a name that can still be taken to show its speaker

Line = Sequence[str | None]  #: Quotation, speaker (an id, "unknown" or a phrase), addressee.


def read_speakers(answer: SpeakersAnswer, unusable: set[str]) -> list[list[str | None]]:
    """The usable lines of an answer."""
    return [
        [line.quote, fold(line.speaker), line.addressee]
        for line in answer.quotes
        if line.quote not in unusable
    ]


class Court:
    """Weighs the lines of all windows against the rules.

    Args:
        text: The novel.
        spans: Its narration and quotations.
        cast: Its people.
        lines: What the windows answered; overlapping windows answer some quotations twice.
        quote_id: The id under which a quotation was asked about.
    """

    def __init__(
        self,
        text: str,
        spans: Sequence[Span],
        cast: Cast,
        lines: Iterable[Line],
        quote_id: Callable[[Span], str],
    ) -> None:
        self._spans = spans
        self._by_id: Mapping[str, Character] = {character.id: character for character in cast.characters}
        self._extras = Extras(text, cast)
        self._quote_id = quote_id
        self.doubted: dict[int, list[str]] = {}
        """By index of the span: who was taken for its speaker, where the readings differ."""
        self._votes: dict[str, list[Line]] = {}
        for line in lines:
            self._votes.setdefault(str(line[0]), []).append(line)

    def judge(self, ruled: Sequence[Attribution]) -> tuple[list[Attribution], Cast]:
        """The final attributions, and the cast with the unnamed people whom the model found."""
        verdicts: list[Attribution] = []
        for rule in ruled:
            span = self._spans[rule.quote]
            if span.continues and verdicts:
                verdicts.append(replace(verdicts[-1], quote=rule.quote))
            else:
                verdicts.append(self._judge(span, rule))
        return verdicts, self._extras.join()

    def judge_again(
        self, verdicts: Sequence[Attribution], doubts: Mapping[int, Sequence[str]]
    ) -> tuple[list[Attribution], Cast]:
        """The attributions and the cast after a second reading, whose lines this court has.

        Args:
            verdicts: What the first readings came to.
            doubts: As ``doubted`` of the court that judged them.
        """
        final: list[Attribution] = []
        for verdict in verdicts:
            if self._spans[verdict.quote].continues and final:
                final.append(replace(final[-1], quote=verdict.quote))
            elif verdict.quote in doubts:
                final.append(self._judge_again(verdict, doubts[verdict.quote]))
            else:
                final.append(verdict)
        return final, self._extras.join()

    def _judge_again(self, verdict: Attribution, contenders: Sequence[str]) -> Attribution:
        """Whom the second reading names: surely, where an earlier reading did so too."""
        span = self._spans[verdict.quote]
        votes = self._votes.get(self._quote_id(span), [])
        if not votes:
            return verdict
        speaker, evidence = self._speaker(str(votes[0][1]), span)
        if speaker is None:
            return verdict
        return replace(
            verdict,
            speaker_id=speaker,
            addressee_id=votes[0][2] if votes[0][2] != speaker else None,
            method="model",
            confidence=_ALONE if speaker in contenders else _DISPUTED,
            evidence=verdict.evidence if speaker == verdict.speaker_id and verdict.evidence else evidence,
        )

    def _judge(self, span: Span, rule: Attribution) -> Attribution:
        votes = self._votes.get(self._quote_id(span), [])
        if not votes:
            return replace(rule, method=f"rule:{rule.method}")
        found = [(self._speaker(str(vote[1]), span), vote[2]) for vote in votes]
        speakers = [speaker for (speaker, _), _ in found]
        chosen, confidence = _choose(speakers, rule.speaker_id)
        self._note_doubt(speakers, chosen, rule)
        evidence, addressee = next((e, a) for (speaker, e), a in found if speaker == chosen)
        if chosen is None:
            return Attribution(quote=rule.quote, speaker_id=None, method="model", confidence=0.0)
        return Attribution(
            quote=rule.quote,
            speaker_id=chosen,
            addressee_id=addressee if addressee != chosen else None,
            method="model",
            confidence=confidence,
            evidence=rule.evidence if chosen == rule.speaker_id and rule.evidence else evidence,
        )

    def _note_doubt(self, speakers: Sequence[str | None], chosen: str | None, rule: Attribution) -> None:
        is_overruled = rule.confidence >= _SURE_RULE and rule.speaker_id not in (None, chosen)
        is_given_up = chosen is None and rule.speaker_id is not None
        if is_given_up or is_overruled or len(set(speakers)) > 1:
            heard = [*speakers, rule.speaker_id]
            self.doubted[rule.quote] = list(dict.fromkeys(person for person in heard if person))

    def _speaker(self, answer: str, span: Span) -> tuple[str | None, Evidence | None]:
        if answer == UNKNOWN:
            return None, None
        if (character := self._by_id.get(answer)) is not None:
            return answer, _nearest_mention(character, span)
        return self._extras.find(answer, span.start) or (None, None)


def _choose(speakers: Sequence[str | None], ruled: str | None) -> tuple[str | None, float]:
    """What most windows say; between equals, what the rules say too, else the earlier window."""
    counts = Counter(speakers)
    most = max(counts.values())
    tied = [speaker for speaker in speakers if counts[speaker] == most]
    chosen = ruled if ruled in tied else tied[0]
    if len(counts) > 1:
        return chosen, _DISPUTED
    return chosen, _AGREED if chosen == ruled or len(speakers) > 1 else _ALONE


def _nearest_mention(character: Character, span: Span) -> Evidence | None:
    mentions = character.mentions
    at = bisect_left(mentions, span.start, key=lambda mention: mention.start)
    near = [m for m in mentions[max(0, at - 1) : at + 2] if abs(m.start - span.start) <= _REACH]
    if not near:
        return None
    mention = min(near, key=lambda m: abs(m.start - span.start))
    return Evidence(start=mention.start, end=mention.end, reason="nearest name of the speaker")
