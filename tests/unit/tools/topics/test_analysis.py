"""What is said of topics follows from the data: intervals, tests, evidence, facts that answer questions."""

import json

import numpy as np
import pytest

from evals.topics_planted import Planted, plant
from tools.topics.analysis.describing import assignments_csv, describe, safe_cell
from tools.topics.analysis.evidence import is_verbatim
from tools.topics.analysis.facts import facts_of, nearest
from tools.topics.analysis.statistics import compare, corrected, estimate, trend
from tools.topics.editing import TopicSet, apply_edits
from tools.topics.models.spec import ModelSpec
from tools.topics.models.training import train


@pytest.fixture(scope="module")
def planted() -> Planted:
    """The last topic rises."""
    return plant(seed=5, documents=300)


@pytest.fixture(scope="module")
def topics(planted: Planted) -> TopicSet:
    """The five, unedited."""
    model = train(planted.corpus, ModelSpec(kind="nmf", topics=5), lambda done, total: None)
    return apply_edits(model, planted.corpus, [])


def test_an_interval_is_students_and_one_document_has_none() -> None:
    found = estimate(np.array([0.1, 0.2, 0.3]))

    assert (found.mean, found.documents) == (pytest.approx(0.2), 3)
    assert found.high == pytest.approx(0.2 + 4.302653 * 0.1 / 3**0.5)
    assert found.low == 0.0
    assert estimate(np.array([0.4])).low is None


def test_p_values_are_corrected_for_their_number() -> None:
    assert corrected([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert corrected([]) == []


def test_groups_that_are_alike_do_not_differ_and_others_do() -> None:
    chance = np.random.default_rng(1)
    same = [chance.random(40) for _ in range(3)]

    assert compare(same)[0] > 0.05
    p, effect = compare([*same, same[0] + 0.9])
    assert p < 1e-9
    assert 0.3 < effect <= 1
    assert compare([np.zeros(5), np.zeros(5)]) == (1.0, 0.0)


def test_a_trend_has_a_direction_and_a_constant_none() -> None:
    positions = np.repeat(np.arange(4.0), 10)

    correlation, p = trend(positions, positions / 10)
    assert correlation == pytest.approx(1)
    assert p < 1e-9
    assert trend(positions, np.full(40, 0.2)) == (0.0, 1.0)


def test_a_result_tells_the_topic_that_rises_and_the_groups_that_differ(
    planted: Planted, topics: TopicSet
) -> None:
    analysis = describe(planted.corpus, topics)

    rises = [
        topic["id"]
        for topic in analysis["topics"]
        if sum(word in planted.topics[4] for word, _ in topic["words"][:10]) >= 8
    ]
    told = {topic["topic"]: topic["direction"] for topic in analysis["time"]["topics"]}
    assert [told[id] for id in rises] == ["rising"]
    assert all(topic["differs"] for topic in analysis["groups"][0]["topics"])
    share = sum(topic["share"]["mean"] for topic in analysis["topics"])
    assert share == pytest.approx(1, abs=1e-4)
    assert analysis["chance"]["npmi"] < analysis["measures"]["npmi"]
    words = analysis["words_over_time"][0]["series"][0]["words"]
    assert 0 < sum(weight for _, weight in words) <= 1
    assert json.dumps(analysis)  # all of it is JSON


def test_every_quotation_stands_in_its_row(planted: Planted, topics: TopicSet) -> None:
    analysis = describe(planted.corpus, topics)

    quotes = [quote for topic in analysis["topics"] for quote in topic["quotes"]]
    assert len(quotes) == 15
    assert all(is_verbatim(quote["quote"], planted.corpus.texts[quote["row"] - 1]) for quote in quotes)
    assert not is_verbatim("alphaaa and more", planted.corpus.texts[0])


def test_questions_are_answered_with_the_numbers_of_the_data(planted: Planted, topics: TopicSet) -> None:
    analysis = describe(planted.corpus, topics)
    facts = facts_of(analysis, {"1": "One", "2": "Two", "3": "Three", "4": "Four", "5": "Five"})

    (largest, *_) = nearest("Which topic is the largest?", facts)
    most = max(analysis["topics"], key=lambda topic: topic["share"]["mean"])
    assert largest.text.startswith(f"topic {most['id']} ")
    assert f"{100 * most['share']['mean']:.1f} %" in largest.text
    assert "a share of" in nearest("How large is topic 2?", facts)[0].text
    assert "C_V" in nearest("What is the coherence C_V?", facts)[0].text
    assert nearest("What will the weather be tomorrow morning?", facts) == []


def test_assignments_have_a_line_for_each_row_and_no_formulas(planted: Planted, topics: TopicSet) -> None:
    lines = (
        assignments_csv(planted.corpus, topics, ["=1+1", "b", "c", "d", "e"]).decode("utf-8-sig").splitlines()
    )

    assert len(lines) == 301
    assert not any(",=1+1," in line for line in lines)
    assert safe_cell("@x") == "'@x"
