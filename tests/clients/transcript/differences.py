"""Where two servers' transcripts may differ, each with its reason: by step, then by a finding's path."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from tests.conformance.findings import Finding

DIFFERENCES: tuple[tuple[str, str, str], ...] = (
    (
        "a_history_goes_on_before_a_state",
        "",
        "The official server fails with 500 at what the SDK sends as `before`.",
    ),
    (
        "assistants_have_versions",
        "*.context.*",
        "The official server goes back to a version's config, but keeps the newer one's context.",
    ),
    *(
        (
            step,
            "*.metadata.checkpoint_id",
            "Officially an updated state's metadata name the checkpoint that it came from.",
        )
        for step in ("a_thread_begins_with_supersteps", "states_are_read_and_changed")
    ),
    (
        "*remembered",
        "*.additional_kwargs.*",
        "Officially messages that a delta channel brings back have keys that they did not have.",
    ),
    (
        "a_tool_call_is_approved*",
        "*.additional_kwargs.lc_*",
        "Newer versions of LangChain say more of a decision: the two installations have their own.",
    ),
    ("crons_are_kept", "*timezone", "UTC is said where nothing was."),
)


def undeclared(step: str, found: Iterable[Finding]) -> list[str]:
    """The findings that the table does not name."""
    patterns = [where for name, where, _ in DIFFERENCES if fnmatchcase(step, name)]
    return [str(each) for each in found if not any(fnmatchcase(each.where, p) for p in patterns)]
