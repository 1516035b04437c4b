"""The modelling analyst's embedding model: tuned by the texts, where the plan has it."""

from graphs.notes import Note, warn
from graphs.topics.jobs import facts_of, keep, read, staged, work
from graphs.topics.state import State, Update


async def tune_embeddings(state: State) -> Update:
    """Tune an embedding model by the texts, and embed them by it; the corpus has the vectors then."""
    plan = state["plan"]
    assert plan is not None  # noqa: S101 - it was approved
    tuning = plan.get("tuning")
    if not tuning:
        return {}
    settings = {"tuning": tuning, "seed": plan["seed"]}
    files = {"corpus.zip": await read(state["corpus"])}
    made = await work("tune", settings, files, staged("tune", "parts"))
    tuned = facts_of(made, "summary.json")
    facts = {**state["facts"], "tuning": tuned}
    kept = (
        f"The tuned model is kept as {tuned['model']} among the embedding models, until somebody removes it."
    )
    notes = [Note(code="tuned_model_kept", message=kept)]
    warn(notes)
    return {
        "corpus": await keep(made["corpus.zip"], "corpus.zip"),
        "adapter": await keep(made["adapter.zip"], "adapter.zip"),
        "facts": facts,
        "profile": facts,
        "warnings": notes,
    }
