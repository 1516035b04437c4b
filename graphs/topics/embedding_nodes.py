"""Vectors of texts and words by the role embedding, for the models that can use them."""

import asyncio
from dataclasses import replace

import numpy as np

from graphs.model_calls import model_calls
from graphs.notes import Note, warn
from graphs.progress import Meter
from graphs.topics.jobs import keep, read
from graphs.topics.state import State, Update
from tools.llm.chat_models import current
from tools.llm.embedding import Vectors, embed
from tools.topics.corpus import Corpus
from tools.topics.models.spec import EMBEDDED

_MOST_DOCUMENTS = 20_000  # that are sent to a model
_MOST_CHARACTERS = 2000  # of a document
_TOGETHER = 500  # texts between two words of progress


async def embed_texts(state: State) -> Update:
    """Ask for vectors where the plan has a model for them, none was tuned, and the role is configured."""
    plan = state["plan"]
    assert plan is not None  # noqa: S101 - it was approved
    if plan.get("tuning"):
        return {}
    models = await current()
    if not set(plan["models"]) & set(EMBEDDED) or models.choice("embedding") is None:
        return {}
    corpus = await asyncio.to_thread(Corpus.load, await read(state["corpus"]))
    if corpus.documents > _MOST_DOCUMENTS:
        message = f"More than {_MOST_DOCUMENTS} texts are not sent to an embedding model; latent semantic "
        notes = [Note(code="too_many_to_embed", message=f"{message}analysis stands in.")]
        warn(notes)
        return {"warnings": notes}
    texts = [text[:_MOST_CHARACTERS] for text in corpus.texts]
    meter = Meter(stage="embed", total=len(texts) + len(corpus.words), unit="texts")
    meter.start()
    with model_calls():
        vectors = await _embedded(texts, meter)
        word_vectors = await _embedded([word.replace("_", " ") for word in corpus.words], meter)
    meter.finish()
    embedded = replace(corpus, vectors=vectors, word_vectors=word_vectors)
    return {"corpus": await keep(await asyncio.to_thread(embedded.save), "corpus.zip")}


async def _embedded(texts: list[str], meter: Meter) -> Vectors:
    models = await current()
    found: list[Vectors] = []
    for begin in range(0, len(texts), _TOGETHER):
        answered = await embed(models, texts[begin : begin + _TOGETHER])
        found.append(answered.value)
        meter.advance(len(answered.value))
    return np.concatenate(found)
