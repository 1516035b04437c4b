"""The nodes that take a guideline apart and plan the work. Work of the CPU runs in threads."""

import asyncio
from time import time
from uuid import uuid4

from langgraph.types import Overwrite

from graphs.guideline.opinions import judge_of
from graphs.guideline.picturing import pictured
from graphs.guideline.planning import expected_usage, make_plan
from graphs.guideline.sources import find_source, open_source, packed, packed_figures
from graphs.guideline.stages import begin, end
from graphs.guideline.state import Request, State, Update, parse_input
from graphs.model_calls import expect
from graphs.notes import Note, warn
from tools.llm.chat_models import current
from tools.medical.templates import template_of
from tools.text.language import detect

_OFFLINE = Note(
    code="offline",
    message="No language model is configured: recommendations are found by rules and given in the "
    "guideline's own words. Set PRIMARY_MODEL.",
)


async def document_parser(state: Request) -> Update:
    """Check the input, and take the document apart into blocks with pages and sections."""
    given = parse_input(state)
    begin("document_parser")
    template = template_of(given.options.model_dump())
    source = await find_source(given)
    document = await open_source(source)
    text = "\n".join(document.pages)
    choice = (await current()).choice("primary")
    notes = [] if choice else [_OFFLINE]
    if document.hidden_characters:
        message = f"{document.hidden_characters} characters that no reader can see were left out."
        notes = [*notes, Note(code="hidden_text", message=message)]
    warn(notes)
    end("document_parser")
    title = (
        given.title or document.title or next((b.text for b in document.blocks if b.kind == "heading"), "")
    )
    # A thread's earlier run may have left its answers; Overwrite clears what else would add up.
    return {
        "run": uuid4().hex,
        "source": source,
        "settings": given.options.model_dump(),
        "deadline": time() + total if (total := given.options.total_timeout_seconds) else None,
        "model": choice.name if choice else None,
        "spoken": given.language or await asyncio.to_thread(detect, text),
        "blocks": list(packed(document)),
        "drawings": packed_figures(document),
        "pages": list(document.pages),
        "guideline": {
            "name": source["name"],
            "title": title,
            "pages": len(document.pages),
            "template": template.name,
            "read_at": round(time()),
        },
        "wave": 0,
        "rounds": 0,
        "extractions": Overwrite([]),
        "objections": Overwrite([]),
        "drafts": Overwrite([]),
        "opinions": Overwrite([]),
        "translation": None,
        "translated": Overwrite([]),
        "performance": Overwrite([]),
        "warnings": Overwrite(notes),
    }


async def multimodal_processor(state: State) -> Update:
    """Tables and drawn algorithms as data, and everything that is shown as pictures for the version."""
    begin("multimodal_processor")
    figures = await pictured(state) if state["settings"]["enable_visualization"] else []
    end("multimodal_processor")
    return {"figures": figures}


async def cost_optimizer(state: State) -> Update:
    """Decide which models are asked how often, and whether the budget will do, before anything is asked."""
    begin("cost_optimizer")
    template = template_of(state["settings"])
    choice = (await current()).choice("judge")
    judge = judge_of(state["settings"], state["model"], choice.name if choice else None)
    plan = make_plan(state["settings"], template, state["spoken"], state["blocks"], judge)
    if state["model"]:
        await expect(plan["roles"]["extract"], expected_usage(plan))
    end("cost_optimizer")
    begin("knowledge_extraction", plan["questions"])
    return {"plan": plan}
