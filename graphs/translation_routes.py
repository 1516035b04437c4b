"""Where the jobs that translate go once everything is translated."""

import asyncio

from langgraph.types import Send

from graphs.translation_quality import judge_tasks
from graphs.translation_state import TranslationJob


async def to_judges(state: TranslationJob) -> list[Send] | str:
    """All translations to a judge, where an estimate is wanted."""
    if state["model"] is None or not state["settings"]["estimate"]:
        return "weigh"
    tasks = await asyncio.to_thread(judge_tasks, state)
    return [Send("judge_batch", task) for task in tasks] or "weigh"


def after_weighing(state: TranslationJob) -> str:
    """To a person where something is doubtful and one is to look."""
    return "review" if state["doubtful"] else "render"
