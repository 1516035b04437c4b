"""Topics of documents are those that explain them best, whatever stands beside them."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tools.topics.corpus import Counts
from tools.topics.models.assigning import assign, inverse_frequency
from tools.topics.models.model import Matrix

_PRIOR = 0.1  # words that each topic has in a document beforehand


@pytest.fixture(scope="module")
def topics() -> Matrix:
    """Thirty distributions over 300 words: a run of documents is worked on in several parts."""
    return np.random.default_rng(1).dirichlet(np.full(300, 0.1), size=30)


@pytest.fixture(scope="module")
def counts() -> Counts:
    """500 documents, most of them of forty words; each tenth without any."""
    drawn = np.random.default_rng(2).poisson(40 / 300, size=(500, 300)).astype(np.float64)
    drawn[::10] = 0
    return csr_matrix(drawn)


def test_shares_stay_when_words_are_shared_out_by_them_once_more(topics: Matrix, counts: Counts) -> None:
    theta = assign(topics, None, counts)

    words = counts.toarray()
    again = theta * ((words / (theta @ topics)) @ topics.T) + _PRIOR
    np.testing.assert_allclose(theta, again / again.sum(axis=1, keepdims=True), atol=2e-6)


@pytest.mark.parametrize("is_factorised", [False, True])
def test_a_documents_topics_do_not_depend_on_the_documents_beside_it(
    is_factorised: bool, topics: Matrix, counts: Counts
) -> None:
    idf = inverse_frequency(counts) if is_factorised else None
    together = assign(topics, idf, counts)

    alone = np.concatenate([assign(topics, idf, counts[document]) for document in range(0, 500, 7)])

    np.testing.assert_allclose(together[::7], alone, atol=1e-6)


def test_a_document_without_words_has_all_topics_alike(topics: Matrix, counts: Counts) -> None:
    assert np.ptp(assign(topics, None, counts)[::10]) == 0
