"""Every node of the guideline graph, by the module that it stands in."""

from graphs.guideline.drafting_nodes import (
    extract_batch,
    extract_section,
    judge_section,
    knowledge_extraction,
    progressive_writing,
    reviewed,
    specialist_review,
    translate_section,
    write_section,
)
from graphs.guideline.reading_nodes import cost_optimizer, document_parser, multimodal_processor
from graphs.guideline.release_nodes import human_review, performance_monitor, quality_controller, repair

__all__ = [
    "cost_optimizer",
    "document_parser",
    "extract_batch",
    "extract_section",
    "human_review",
    "judge_section",
    "knowledge_extraction",
    "multimodal_processor",
    "performance_monitor",
    "progressive_writing",
    "quality_controller",
    "repair",
    "reviewed",
    "specialist_review",
    "translate_section",
    "write_section",
]
