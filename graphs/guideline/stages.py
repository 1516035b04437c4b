"""The nine stages of the job, in their order, and what is told of each: how many of its steps are done."""

from typing import Literal, get_args

from graphs.progress import StageProgress, emit

Stage = Literal[
    "document_parser",
    "multimodal_processor",
    "cost_optimizer",
    "knowledge_extraction",
    "specialist_review",
    "progressive_writing",
    "quality_controller",
    "human_review",
    "performance_monitor",
]
STAGES: tuple[Stage, ...] = get_args(Stage)


def begin(stage: Stage, steps: int = 1) -> None:
    """Tell that a stage has begun; of one without steps nothing is told."""
    if steps:
        emit(StageProgress(stage=stage, done=0, total=steps, unit="steps"))


def end(stage: Stage, steps: int = 1) -> None:
    """Tell that a stage is complete."""
    if steps:
        emit(StageProgress(stage=stage, done=steps, total=steps, unit="steps"))
