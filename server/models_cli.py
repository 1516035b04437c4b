"""What the commands ``models``, ``prompts`` and ``doctor`` print."""

from collections.abc import Mapping, Sequence
from typing import get_args

from rich.table import Column, Table

from prompts import Prompt
from server.doctor import Finding, Verdict
from tools.llm.abilities import Role
from tools.llm.choices import ModelChoice
from tools.llm.prices import Price, price_of
from tools.llm.roles import RoleSettings

_COLOURS: Mapping[Verdict, str] = {"ok": "green", "unsure": "yellow", "missing": "yellow", "broken": "red"}


def _table(*headings: str) -> Table:
    """A table whose cells are whole on any terminal."""
    return Table(*(Column(heading, overflow="fold") for heading in headings))


def models_table(settings: RoleSettings) -> Table:
    """Who plays each role, and at what price."""
    table = _table("role", "model", "provider", "key", "price, of a million tokens", "as of")
    for role in get_args(Role):
        table.add_row(role, *_model_cells(settings.choices.get(role), settings.layer.prices))
        if (fallback := settings.fallbacks.get(role)) is not None:
            table.add_row("  else", *_model_cells(fallback, settings.layer.prices))
    return table


def _model_cells(choice: ModelChoice | None, prices: Sequence[Price]) -> tuple[str, ...]:
    if choice is None:
        return "offline", "", "", "", ""
    key = "present" if choice.api_key is not None else "none"
    price = price_of(choice, prices)
    if price is None:
        return choice.model, choice.provider, key, "unknown", ""
    return choice.model, choice.provider, key, price.told(), price.date.isoformat()


def prompts_table(prompts: Mapping[str, Prompt]) -> Table:
    """Every prompt."""
    table = _table("prompt", "version", "hash", "variables", "description")
    for prompt_id, prompt in sorted(prompts.items()):
        variables = ", ".join(sorted(prompt.variables)) or "-"
        table.add_row(prompt_id, str(prompt.version), prompt.hash, variables, prompt.description)
    return table


def findings_table(findings: Sequence[Finding]) -> Table:
    """What was found out, and what to do."""
    table = _table("part", "", "found", "what to do")
    for finding in findings:
        verdict = f"[{_COLOURS[finding.verdict]}]{finding.verdict}[/]"
        table.add_row(finding.part, verdict, finding.told, finding.advice)
    return table


def one_of_each(settings: RoleSettings) -> dict[str, ModelChoice]:
    """A model of each provider that some role, or its fallback, is set to."""
    found: dict[str, ModelChoice] = {}
    for choice in (*settings.choices.values(), *settings.fallbacks.values()):
        if choice is not None:
            found.setdefault(choice.provider, choice)
    return found
