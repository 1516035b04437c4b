"""What is known before the first batch is sent: the source language, terms, what a memory has, the budget."""

import asyncio
from collections.abc import Sequence

from graphs.model_calls import expect
from graphs.translation_batches import find_terms, least_usage, pack, unpack_terms
from graphs.translation_languages import source_notes
from graphs.translation_memory import Recalled, answer_of, open_memory, recall
from graphs.translation_state import TranslationJob, Update
from tools.llm.roles import Role
from tools.llm.usage import Usage
from tools.translation.languages import language_of
from tools.translation.units import Unit


async def plan_units(state: TranslationJob, units: Sequence[Unit], role: Role) -> Update:
    """The channels that batches are made from.

    Raises:
        BudgetSpent: Less is left than the batches take at least.
    """
    words = [unit.protected.words for unit in units]
    spoken = state["spoken"] or language_of("\n".join(words))
    found = {
        target: await asyncio.to_thread(find_terms, units, unpack_terms(terms))
        for target, terms in state["terms"].items()
        if terms
    }
    recalled = {target: await _recall(state, units, spoken, target) for target in state["into"]}
    if state["model"]:
        left = [
            [len(unit.protected.words) for unit in units if unit.id not in of_it["exact"]]
            for of_it in recalled.values()
        ]
        batch = state["sizes"]["batch"]
        least = sum((least_usage(of_target, batch) for of_target in left if of_target), Usage())
        await expect(role, least)
    return {
        "units": [pack(unit) for unit in units],
        "found_terms": found,
        "alike": {target: of_it["alike"] for target, of_it in recalled.items() if of_it["alike"]},
        "answers": [answer_of(of_it, target) for target, of_it in recalled.items() if of_it["exact"]],
        "spoken": spoken,
        "warnings": source_notes(words, state["spoken"], state["into"]) if state["into"] else [],
    }


async def _recall(state: TranslationJob, units: Sequence[Unit], spoken: str | None, target: str) -> Recalled:
    memory = await open_memory(state["remembering"], spoken, target)
    if not memory:
        return Recalled(exact={}, alike={})
    return await asyncio.to_thread(recall, memory, units, state["remembering"]["least_likeness"])
