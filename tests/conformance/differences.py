"""Where this service deliberately answers unlike the recorded server, each with its reason.

The one table of them: the suite accepts exactly these, and ``docs/langgraph-api.md`` is written from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.conformance.facts import collapse
from tests.conformance.findings import MISSING, Finding


@dataclass(frozen=True, kw_only=True)
class Difference:
    """In answers to these recordings, at these places, something else comes."""

    title: str  #: What is different, as the page shows it.
    reason: str
    captures: tuple[str, ...]  #: Patterns of recordings' names.
    where: tuple[str, ...]  #: Patterns of a finding's path.
    added: bool = False  #: Only what the recorded server does not send at all.
    reworded: bool = False  #: Only text in the place of other text.
    events: tuple[str, ...] = ()  #: Events that the recorded server does not send; the rest is compared.

    def covers(self, capture: str, finding: Finding) -> bool:
        """Whether this finding is this difference."""
        return (
            matches(self.captures, capture)
            and matches(self.where, finding.where)
            and (not self.added or finding.expected == MISSING)
            and (not self.reworded or _is_reworded(finding))
        )


def _is_reworded(finding: Finding) -> bool:
    both = (finding.expected, finding.got)
    return MISSING not in both and all(isinstance(text, str) for text in both)


INSTALLATION = Difference(
    title="Versions of LangChain",
    reason="They are the installation's.",
    captures=("03-*", "09-*", "12-*", "15-webhook-relative"),
    where=("*.lc_versions.*", "body.answer.keys*"),
)

DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        title="An error's body has `error`, a stable code, and may have `hint`, beside `detail`",
        reason="Programs branch on a code, people on what to do; clients read `detail` as before.",
        captures=("*",),
        where=("body.error", "body.hint"),
        added=True,
    ),
    Difference(
        title="The words of `detail` are this service's own",
        reason="They name the field, its limit and what to do; the recorded ones are a validator's dump.",
        captures=("*",),
        where=("body.detail",),
        reworded=True,
    ),
    Difference(
        title="A stateless run's `Location` is `/threads/{thread_id}/runs/{run_id}/stream`",
        reason="SDKs reconnect there; the recorded server names a route that it does not have.",
        captures=("03-stream-stateless",),
        where=("headers.location", "headers.content-location"),
    ),
    Difference(
        title="Preflights that ask for a private network are answered with 200",
        reason="Browsers ask so before another site's page may reach loopback; 400 locks Studio out.",
        captures=("00-cors-preflight",),
        where=("*",),
    ),
    Difference(
        title="Event streams of protocol v2 bring `updates`, `custom`, `tasks` and `checkpoints`, too",
        reason="Clients subscribe to them; the recorded server leaves them out, and clients cannot rejoin.",
        captures=("12-v2-*-all", "12-v2-*-events"),
        where=(),
        events=("updates", "custom", "tasks", "checkpoints"),
    ),
    Difference(
        title="`since` counts the events of a thread that are there, and there are more",
        reason="It follows from the events that the recorded server leaves out.",
        captures=("12-v2-replay-since",),
        where=("events.*",),
    ),
    Difference(
        title="Metadata name no `langgraph_plan` and no `langgraph_api_url`",
        reason="There are no plans, and a worker cannot know by which address clients reach the service.",
        captures=("*",),
        where=("*langgraph_plan", "*langgraph_api_url"),
    ),
    Difference(
        title="A run's `kwargs` stay as they were asked",
        reason="What its execution adds to them belongs to its checkpoints' metadata, and is there.",
        captures=("04-bg-run-get-done", "06-cancel-run"),
        where=("body.kwargs.config.*",),
    ),
    Difference(
        title="`/info` names the graphs and `strict_resume`, and has no flag of sessions in LangSmith",
        reason="Its flags tell what is there.",
        captures=("00-info", "00-cors-get"),
        where=("body.graphs", "body.flags.*"),
    ),
    Difference(
        title="The OpenAPI document has this service's own routes, too",
        reason="They stand beside the official ones, under `/api`, `/v1`, `/conversation` and `/health`.",
        captures=("00-openapi",),
        where=("body./api/*", "body./v1/*", "body./conversation/*", "body./health"),
        added=True,
    ),
    Difference(
        title="The OpenAPI document says `/mcp`",
        reason="The recorded one says `/mcp/`, which leads there.",
        captures=("00-openapi",),
        where=("body./mcp", "body./mcp/"),
    ),
    Difference(
        title="`GET /` is the console",
        reason="People who open the address find a page; programs ask `/ok`.",
        captures=("00-root",),
        where=("*",),
    ),
    Difference(
        title="Pages of other sites are refused unless `ALLOWED_ORIGINS` names them",
        reason="A service without accounts on loopback is open to any page that the user visits.",
        captures=("00-cors-get",),
        where=("*",),
    ),
    Difference(
        title="`POST /threads/prune` keeps the latest state if asked to",
        reason="The recorded in-memory server refuses what the API describes.",
        captures=("02-thread-prune-keep",),
        where=("*",),
    ),
    Difference(
        title="Relative webhooks are refused",
        reason="They would make the service call itself.",
        captures=("15-webhook-relative",),
        where=("*",),
    ),
    Difference(
        title="The store's refusals in plain text say that they are",
        reason="A body has a type.",
        captures=("13-store-put-bad",),
        where=("headers.content-type",),
        added=True,
    ),
    Difference(
        title="A2A's streams name their charset",
        reason="Every event stream of the service does.",
        captures=("17-a2a-stream",),
        where=("headers.content-type",),
    ),
    Difference(
        title="An agent's card names version 0.3 of A2A beside 1.0",
        reason="Clients of that version demand the field, and are served.",
        captures=("17-a2a-card", "17-a2a-card2"),
        where=("body.protocolVersion",),
        added=True,
    ),
    Difference(
        title="MCP's server is called Scriptorium, and its tools answer with JSON",
        reason="Models and programs read JSON; the recorded text is Python's notation.",
        captures=("16-mcp-init", "16-mcp-call"),
        where=("body.result.serverInfo.*", "body.result.content.*.text"),
    ),
    Difference(
        title="An answer with 405 says in `Allow` what is allowed",
        reason="HTTP demands it.",
        captures=("*",),
        where=("headers.allow",),
        added=True,
    ),
)

# What the recording itself brought: how busy the machine was, what else had been stored, which versions ran.
CIRCUMSTANCES: tuple[Difference, ...] = (
    Difference(
        title="Counts of what the recording's day had left behind",
        reason="They are not the server's.",
        captures=("02-thread-count", "14-cron-count", "00-metrics-json"),
        where=("body", "body.workers.*"),
    ),
    INSTALLATION,
    Difference(
        title="How far a run had come when it was joined",
        reason="It is the clock's.",
        captures=("04-join-stream-midway", "06-cancel-observer-stream"),
        where=("events.length",),
    ),
    Difference(
        title="How far a run had come when it was cancelled",
        reason="It is the clock's.",
        captures=("06-cancel-wait", "06-cancel-rollback"),
        where=("body.messages", "body.steps", "body.sleep"),
    ),
)


def matches(patterns: Iterable[str], text: str) -> bool:
    """Whether one of the patterns fits."""
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def without_added_events(capture: str, got: dict[str, Any]) -> dict[str, Any]:
    """An answer's facts without the events that the table says are added."""
    added = {name for each in DIFFERENCES if matches(each.captures, capture) for name in each.events}
    kept = [event for event in got.get("events", []) if event["event"] not in added]
    return got | {"events": collapse(kept)} if added and "events" in got else got


def undeclared(capture: str, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that the tables do not name."""
    tables = (*DIFFERENCES, *CIRCUMSTANCES)
    return [finding for finding in findings if not any(d.covers(capture, finding) for d in tables)]
