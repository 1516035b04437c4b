"""Loading what embeds, and comparing what it makes."""

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from server.store.embedding import load_embeddings, packed, similarities


def by_length(texts: list[str]) -> list[list[float]]:
    """A function that embeds, as a project may have one."""
    return [[float(len(text))] for text in texts]


async def later(texts: list[str]) -> list[list[float]]:
    """One that is async."""
    return by_length(texts)


@pytest.mark.parametrize("embed", [by_length, later])
async def test_a_function_embeds(embed: object) -> None:
    assert await load_embeddings(embed).aembed_query("four") == [4.0]


async def test_a_function_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(__file__).rpartition("/")[0])

    assert await load_embeddings("test_embedding:by_length").aembed_query("four") == [4.0]


def test_an_embeddings_object_is_taken_as_it_is() -> None:
    given = DeterministicFakeEmbedding(size=3)

    assert load_embeddings(given) is given


@pytest.mark.parametrize("embed", [None, "nowhere:model-1", "no colon"])
def test_what_cannot_embed_is_refused(embed: object) -> None:
    with pytest.raises((ValueError, ImportError)):
        load_embeddings(embed)


def test_a_function_that_a_module_lacks_is_refused() -> None:
    with pytest.raises(AttributeError):
        load_embeddings("math:embed")


def test_similarity_is_the_cosine() -> None:
    vectors = [packed(vector, 2) for vector in ([1, 0], [0, 5], [-2, 0], [1, 1], [0, 0])]

    assert similarities([3, 0], vectors) == pytest.approx([1, 0, -1, np.sqrt(0.5), 0])


def test_no_vectors_have_no_similarities() -> None:
    assert similarities([1], []) == []
