"""Models find what was planted, the same with one seed, and say of new texts what they say of old ones."""

from dataclasses import replace

import numpy as np
import pytest

from evals.topics_planted import TOPICS, Planted, plant
from tools.errors import InvalidInput, Unavailable
from tools.topics.analysis.guarding import guard
from tools.topics.editing import apply_edits, read_edits
from tools.topics.metrics.distinctness import diversity, frex, inverted_overlap
from tools.topics.metrics.fit import held_out_perplexity, nmi, separation, stability_of_words
from tools.topics.metrics.measures import measure_chance
from tools.topics.models.assigning import inverse_frequency, tf_idf
from tools.topics.models.model import TopicModel
from tools.topics.models.spec import Kind, ModelSpec
from tools.topics.models.training import train
from tools.topics.running.steps import assign_texts, save_topics
from tools.topics.trial import try_model


def unheard(done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def planted() -> Planted:
    """Five topics in 200 documents."""
    return plant(seed=3, documents=200)


@pytest.fixture(scope="module")
def nmf(planted: Planted) -> TopicModel:
    """They are found."""
    return train(planted.corpus, ModelSpec(kind="nmf", topics=TOPICS), unheard)


@pytest.mark.parametrize("kind", ["nmf", "keynmf", "lda", "dmr", "slda"])
def test_planted_topics_are_found(kind: Kind, planted: Planted) -> None:
    model = train(planted.corpus, ModelSpec(kind=kind, topics=TOPICS, iterations=200), unheard)

    assert min(planted.found(model.top_words())) >= 0.8
    assert nmi(np.array(planted.main), model.doc_topic.argmax(axis=1)) > 0.8


@pytest.mark.parametrize("kind", ["etm", "detm"])
def test_planted_topics_are_found_by_neural_models(kind: Kind) -> None:
    pytest.importorskip("torch", reason="torch is not installed: pip install '.[neural]'")
    planted = plant(seed=3)

    model = train(planted.corpus, ModelSpec(kind=kind, topics=TOPICS), unheard)

    assert min(planted.found(model.top_words())) >= 0.8
    losses = model.facts["loss"]
    assert losses[-1] < losses[0]


def test_a_neural_model_without_torch_is_refused_with_the_extra(
    planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)

    with pytest.raises(Unavailable, match="torch") as refused:
        train(planted.corpus, ModelSpec(kind="etm", topics=TOPICS), unheard)

    assert "[neural]" in refused.value.hint


@pytest.mark.parametrize("kind", ["nmf", "lda"])
def test_one_seed_gives_the_same_bytes(kind: Kind, planted: Planted) -> None:
    spec = ModelSpec(kind=kind, topics=TOPICS, iterations=30)

    first, second = (train(planted.corpus, spec, unheard).save() for _ in range(2))

    assert first == second
    assert TopicModel.load(first).save() == first


def test_a_model_that_needs_groups_is_refused_without_them(planted: Planted) -> None:
    bare = replace(planted.corpus, groups={}, times=None)

    with pytest.raises(InvalidInput, match="groups or time"):
        train(bare, ModelSpec(kind="dmr", topics=TOPICS), unheard)


def test_new_texts_get_the_topics_that_training_texts_have(planted: Planted, nmf: TopicModel) -> None:
    topics = apply_edits(nmf, planted.corpus, read_edits([{"op": "merge", "topics": [1, 2]}]))
    facts = {"cleaning": {"keep_standard_stop_words": True}, "language": "en", "data_sha256": "x"}
    saved = save_topics(topics, ["a", "b", "c", "d"], facts)

    found = assign_texts(saved, [*planted.corpus.texts, "none of it is known"])

    *known, unknown = found["documents"]
    np.testing.assert_allclose([one["shares"] for one in known], topics.doc_topic(), atol=2e-6)
    assert unknown == {"shares": None, "known_words": 0}
    assert [topic["label"] for topic in found["topics"]] == ["a", "b", "c", "d"]


def test_trained_again_a_good_model_stays_the_same_and_foresees_unseen_texts(planted: Planted) -> None:
    trial = try_model(planted.corpus, ModelSpec(kind="nmf", topics=TOPICS), 2, unheard)
    chance = measure_chance(planted.corpus, TOPICS, 0)

    measures = trial.measures
    assert (measures.stability_words or 0) > 0.6
    assert (measures.stability_documents or 0) > 0.8
    assert (measures.perplexity or 0) < len(planted.corpus.words)
    assert measures.npmi > chance.npmi + 0.2


def test_perplexity_of_a_model_that_knows_nothing_is_the_vocabularys(
    planted: Planted, nmf: TopicModel
) -> None:
    even = TopicModel(
        spec=nmf.spec,
        words=nmf.words,
        components=np.ones_like(nmf.components),
        doc_topic=nmf.doc_topic,
    )

    found = held_out_perplexity(even, planted.corpus)

    assert found == pytest.approx(len(nmf.words), rel=0.03)


def test_distinctness_is_what_a_hand_computes() -> None:
    topics = [np.array([0, 1, 2, 3]), np.array([0, 1, 4, 5])]

    assert diversity(topics) == 6 / 8
    overlap = 0.9**4 * 2 / 4 + 0.1 / 0.9 * (0.9 * 1 + 0.81 * 1 + 0.729 * 2 / 3 + 0.6561 * 2 / 4)
    assert inverted_overlap(topics) == pytest.approx(1 - overlap)
    assert inverted_overlap([topics[0], topics[0]]) == pytest.approx(0)
    scores = frex(np.array([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7]]))
    assert scores[0, 0] == pytest.approx(1)
    assert scores[0, 2] == pytest.approx(1 / (0.7 / (1 / 3) + 0.3 / (1 / 3)))


def test_stability_matches_topics_whatever_their_order() -> None:
    one = [np.array([0, 1]), np.array([2, 3])]

    assert stability_of_words(one, [[one[1], one[0]]]) == 1
    assert stability_of_words(one, [[np.array([2, 9]), one[0]]]) == pytest.approx((1 + 1 / 3) / 2)


def test_separation_is_the_silhouette_of_scikit_learn(planted: Planted, nmf: TopicModel) -> None:
    from sklearn.metrics import silhouette_score  # noqa: PLC0415 - for this test alone

    weights = tf_idf(planted.corpus.counts, inverse_frequency(planted.corpus.counts))
    main = nmf.doc_topic.argmax(axis=1)

    assert separation(weights, main) == pytest.approx(silhouette_score(weights, main, metric="cosine"))
    assert separation(weights, np.zeros_like(main)) == 0


def test_edits_keep_numbers_and_are_the_same_each_time(planted: Planted, nmf: TopicModel) -> None:
    edits = read_edits(
        [
            {"op": "rename", "topic": 4, "label": "Four"},
            {"op": "merge", "topics": [1, 2]},
            {"op": "split", "topic": 3, "into": 2},
            {"op": "exclude", "topic": 5},
        ]
    )

    topics = apply_edits(nmf, planted.corpus, edits)

    assert [(topic.id, topic.label) for topic in topics.shown] == [
        (4, "Four"),
        (6, None),
        (7, None),
        (8, None),
    ]
    merged = topics.doc_topic()[:, 1]
    assert merged.mean() > nmf.doc_topic[:, 0].mean()
    again = apply_edits(nmf, planted.corpus, edits)
    np.testing.assert_array_equal(again.doc_topic(), topics.doc_topic())


@pytest.mark.parametrize(
    ("edits", "code"),
    [
        ([{"op": "rename", "topic": 9, "label": "x"}], "unknown_topic"),
        ([{"op": "exclude", "topic": n} for n in range(1, 6)], "no_topics_left"),
        ([{"op": "split", "topic": 1, "into": 10}], None),
        ([{"op": "paint", "topic": 1}], "invalid_edits"),
        ("merge all", "invalid_edits"),
    ],
)
def test_an_edit_that_cannot_be_done_says_why(
    edits: object, code: str | None, planted: Planted, nmf: TopicModel
) -> None:
    if code is None:
        assert len(apply_edits(nmf, planted.corpus, read_edits(edits)).shown) == 14
        return
    with pytest.raises(InvalidInput) as refused:
        apply_edits(nmf, planted.corpus, read_edits(edits))

    assert refused.value.code == code


def test_a_merge_of_different_topics_is_refused_and_one_of_halves_is_not(planted: Planted) -> None:
    model = train(planted.corpus, ModelSpec(kind="nmf", topics=7), unheard)
    own = [
        max(range(TOPICS), key=lambda t: sum(word in planted.topics[t] for word in words))
        for words in model.top_words()
    ]
    halves = next([a + 1, b + 1] for a in range(7) for b in range(a) if own[a] == own[b])
    strangers = next([a + 1, b + 1] for a in range(7) for b in range(a) if own[a] != own[b])
    proposals = [{"op": "merge", "topics": strangers}, {"op": "merge", "topics": halves}]

    verdicts = guard(planted.corpus, model, [], read_edits(proposals))

    assert [verdict.is_accepted for verdict in verdicts] == [False, True]
