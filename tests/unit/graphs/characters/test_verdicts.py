"""Weighing windows against each other and against the rules."""

import pytest

from graphs.characters.questions import Line, SpeakersAnswer
from graphs.characters.verdicts import Court, read_speakers
from tools.novels.types import Attribution, Cast, Character, Evidence, Mention, Span, SpanKind

_TEXT = "Jane met Charles. “Go!” “No!” The old\ncoachman laughed. “Ho!”"
_QUOTES = [_TEXT.index(words) for words in ("“Go", "“No", "“Ho")]


def _spans(*, continues: bool = False) -> list[Span]:
    return [
        Span(kind=SpanKind.QUOTATION, start=start, end=start + 5, continues=continues and n == 1)
        for n, start in enumerate(_QUOTES)
    ]


def _person(number: int, name: str) -> Character:
    start = _TEXT.index(name)
    mention = Mention(start=start, end=start + len(name), surface=name)
    return Character(
        id=f"c00{number}", canonical_name=name, aliases=(name,), gender="unknown", mentions=(mention,)
    )


_CAST = Cast(characters=(_person(0, "Jane"), _person(1, "Charles")))
_PLACE = Evidence(start=0, end=4, reason="said_name")


def _judge(
    lines: list[list[str | None]], *, ruled: str | None = "c000", continues: bool = False
) -> tuple[list[Attribution], Cast]:
    rules = [
        Attribution(quote=n, speaker_id=ruled, method="turns", confidence=0.7, evidence=_PLACE)
        for n in range(len(_QUOTES))
    ]
    court = Court(_TEXT, _spans(continues=continues), _CAST, lines, lambda span: f"q{span.start}")
    return court.judge(rules)


def _judge_again(answers: list[str], *, contenders: list[str], before: str | None = "c000") -> Attribution:
    verdict = Attribution(quote=0, speaker_id=before, method="model", confidence=0.55, evidence=_PLACE)
    lines: list[list[str | None]] = [[f"q{_QUOTES[0]}", answer, None] for answer in answers]
    court = Court(_TEXT, _spans(), _CAST, lines, lambda span: f"q{span.start}")
    return court.judge_again([verdict], {0: contenders})[0][0]


def test_second_reading_that_bears_an_earlier_one_out_is_surer_than_they_were() -> None:
    final = _judge_again(["c001"], contenders=["c000", "c001"])

    assert (final.speaker_id, final.confidence) == ("c001", 0.9)


def test_second_reading_that_names_somebody_else_stays_unsure() -> None:
    final = _judge_again(["c001"], contenders=["c000"])

    assert (final.speaker_id, final.confidence) == ("c001", 0.55)


@pytest.mark.parametrize("answers", [[], ["unknown"]], ids=["no answer", "unknown"])
def test_second_reading_that_does_not_know_changes_nothing(answers: list[str]) -> None:
    assert _judge_again(answers, contenders=["c000", "c001"]).speaker_id == "c000"


@pytest.mark.parametrize(
    ("speakers", "rule", "doubted"),
    [
        pytest.param(["c000", "c001"], ("c000", 0.7), ["c000", "c001"], id="windows differ"),
        pytest.param(["c001"], ("c000", 0.95), ["c001", "c000"], id="a sure rule is overruled"),
        pytest.param(["c001"], ("c000", 0.7), None, id="an unsure rule is overruled"),
        pytest.param(["unknown"], ("c000", 0.7), ["c000"], id="the model gives up"),
        pytest.param(["c000", "c000"], ("c000", 0.7), None, id="all agree"),
    ],
)
def test_second_reading_is_for_doubts_alone(
    speakers: list[str], rule: tuple[str, float], doubted: list[str] | None
) -> None:
    lines: list[list[str | None]] = [[f"q{_QUOTES[0]}", speaker, None] for speaker in speakers]
    court = Court(_TEXT, _spans(), _CAST, lines, lambda span: f"q{span.start}")
    court.judge([Attribution(quote=0, speaker_id=rule[0], method="said_name", confidence=rule[1])])

    assert court.doubted.get(0) == doubted


def _line(speaker: str, addressee: str | None = None, *, quote: int = 0) -> list[str | None]:
    return [f"q{_QUOTES[quote]}", speaker, addressee]


def test_answer_loses_what_is_unusable() -> None:
    answer = SpeakersAnswer(
        quotes=[Line(quote="q1", speaker="the old\ncoachman"), Line(quote="q2", speaker="c9")]
    )

    assert read_speakers(answer, {"q2"}) == [["q1", "the old coachman", None]]


def test_model_decides_where_it_answers() -> None:
    first = _judge([_line("c001", "c000")])[0][0]

    assert (first.speaker_id, first.addressee_id, first.method) == ("c001", "c000", "model")


def test_rules_decide_where_no_window_answers_and_it_shows() -> None:
    second = _judge([_line("c001")])[0][1]

    assert (second.speaker_id, second.method, second.confidence) == ("c000", "rule:turns", 0.7)


def test_agreement_with_the_rules_raises_confidence_and_keeps_their_evidence() -> None:
    alone, agreed = _judge([_line("c001")])[0][0], _judge([_line("c000")])[0][0]

    assert agreed.confidence > alone.confidence
    assert agreed.evidence == _PLACE


@pytest.mark.parametrize(
    ("speakers", "chosen"),
    [
        pytest.param(["c001", "c000"], "c000", id="the rules break a tie"),
        pytest.param(["c001", "unknown"], "c001", id="else the earlier window"),
        pytest.param(["c000", "c001", "c001"], "c001", id="the majority outvotes the rules"),
    ],
)
def test_windows_that_disagree_are_unsure(speakers: list[str], chosen: str) -> None:
    first = _judge([_line(speaker) for speaker in speakers])[0][0]

    assert first.speaker_id == chosen
    assert first.confidence < 0.7


def test_unknown_is_nobody() -> None:
    first = _judge([_line("unknown")])[0][0]

    assert (first.speaker_id, first.method, first.evidence) == (None, "model", None)


def test_words_of_the_text_become_a_minor_character() -> None:
    verdicts, cast = _judge([_line("The old coachman", quote=2)])
    coachman = cast.characters[-1]

    assert (coachman.id, coachman.canonical_name) == ("c002", "The old coachman")
    assert verdicts[2].speaker_id == "c002"
    assert verdicts[2].evidence is not None
    assert _TEXT[verdicts[2].evidence.start : verdicts[2].evidence.end] == "The old\ncoachman"


def test_same_words_are_the_same_character() -> None:
    verdicts, cast = _judge([_line("The old coachman", quote=n) for n in range(3)])

    assert len(cast.characters) == 3
    assert {verdict.speaker_id for verdict in verdicts} == {"c002"}


def test_words_that_are_a_known_name_mean_its_bearer() -> None:
    assert _judge([_line("Charles")])[0][0].speaker_id == "c001"


def test_words_that_stand_nowhere_are_nobody() -> None:
    assert _judge([_line("the young gardener")])[0][0].speaker_id is None


def test_quotation_that_goes_on_has_the_speaker_of_the_one_before() -> None:
    verdicts = _judge([_line("c001")], continues=True)[0]

    assert [verdict.speaker_id for verdict in verdicts[:2]] == ["c001", "c001"]
    assert [verdict.quote for verdict in verdicts] == [0, 1, 2]


def test_nobody_speaks_to_themselves_unawares() -> None:
    assert _judge([_line("c001", "c001")])[0][0].addressee_id is None
