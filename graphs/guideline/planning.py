"""Which models are asked how often: the mode as a plan, made before anything is spent."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphs.guideline.extraction import batches
from tools.llm.roles import Role
from tools.llm.usage import Usage
from tools.medical.templates import Template
from tools.text.language import Language

REVIEWERS: Mapping[Language, Sequence[str]] = {
    "en": (
        "a clinical pharmacist",
        "a physician of the field",
        "a guideline methodologist",
        "an advocate of patients",
    ),
    "zh": ("一名临床药师", "一名专科医生", "一名指南方法学家", "一名患者代表"),
}
_REVIEWERS_OF = {"fast": 0, "slow": 3, "thorough": 4}
_CHARACTERS_PER_TOKEN = {"en": 4, "zh": 1}
_RECORD_TOKENS = 150  # of one recommendation, written out


def make_plan(
    settings: Mapping[str, Any],
    template: Template,
    language: Language,
    blocks: Sequence[Mapping[str, Any]],
    judge: Mapping[str, str | None],
) -> dict[str, Any]:
    """Roles, reviewers, the judge, waves of sections, and what that will take at least.

    The stronger model extracts and writes; with cost optimization the role ``fast`` reviews, and in the mode
    ``fast`` it does everything.
    """
    mode = settings["mode"]
    strong: Role = "fast" if mode == "fast" else "primary"
    weak: Role = "fast" if settings["enable_cost_optimization"] and mode != "thorough" else strong
    expected = _expected(mode, template, language, blocks)
    if judge["model"]:
        expected += Usage(calls=len(template.sections))
    return {
        "roles": {"extract": strong, "write": strong, "review": weak, "judge": "judge"},
        "judge": dict(judge),
        "reviewers": list(REVIEWERS[language][: _REVIEWERS_OF[mode]]),
        "questions": len(batches(blocks)),
        "waves": sorted({section.priority for section in template.sections}),
        "expected": {"calls": expected.calls, "tokens": expected.tokens},
    }


def expected_usage(plan: Mapping[str, Any]) -> Usage:
    """What a plan will take at least."""
    return Usage(calls=plan["expected"]["calls"], input_tokens=plan["expected"]["tokens"])


def _expected(
    mode: str, template: Template, language: Language, blocks: Sequence[Mapping[str, Any]]
) -> Usage:
    read = sum(len(block["text"]) for block in blocks) // _CHARACTERS_PER_TOKEN[language]
    questions = len(batches(blocks))
    reviewers = _REVIEWERS_OF[mode]
    calls = questions + reviewers + len(template.sections)
    return Usage(calls=calls, input_tokens=read + (reviewers + 1) * questions * _RECORD_TOKENS)
