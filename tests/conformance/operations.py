"""The 64 operations of the official server's OpenAPI document, and which recording belongs to which."""

import re

OPERATIONS = """\
POST /assistants
POST /assistants/search
POST /assistants/count
GET /assistants/{assistant_id}
DELETE /assistants/{assistant_id}
PATCH /assistants/{assistant_id}
GET /assistants/{assistant_id}/graph
GET /assistants/{assistant_id}/subgraphs
GET /assistants/{assistant_id}/subgraphs/{namespace}
GET /assistants/{assistant_id}/schemas
POST /assistants/{assistant_id}/versions
POST /assistants/{assistant_id}/latest
POST /threads
POST /threads/search
POST /threads/count
POST /threads/prune
GET /threads/{thread_id}/storage
GET /threads/{thread_id}/state
POST /threads/{thread_id}/state
GET /threads/{thread_id}/state/{checkpoint_id}
POST /threads/{thread_id}/state/checkpoint
GET /threads/{thread_id}/history
POST /threads/{thread_id}/history
POST /threads/{thread_id}/copy
GET /threads/{thread_id}
DELETE /threads/{thread_id}
PATCH /threads/{thread_id}
GET /threads/{thread_id}/stream
POST /threads/{thread_id}/stream/events
GET /threads/{thread_id}/runs
POST /threads/{thread_id}/runs
POST /threads/{thread_id}/runs/crons
POST /threads/{thread_id}/runs/stream
POST /threads/{thread_id}/runs/wait
GET /threads/{thread_id}/runs/{run_id}
DELETE /threads/{thread_id}/runs/{run_id}
GET /threads/{thread_id}/runs/{run_id}/join
GET /threads/{thread_id}/runs/{run_id}/stream
POST /threads/{thread_id}/runs/{run_id}/cancel
POST /runs/crons
POST /runs/crons/search
POST /runs/crons/count
POST /runs/stream
POST /runs/cancel
POST /runs/wait
POST /runs
POST /runs/batch
GET /runs/crons/{cron_id}
PATCH /runs/crons/{cron_id}
DELETE /runs/crons/{cron_id}
PUT /store/items
DELETE /store/items
GET /store/items
POST /store/items/search
POST /store/namespaces
POST /a2a/{assistant_id}
POST /mcp/
GET /mcp/
DELETE /mcp/
GET /info
GET /metrics
GET /docs
GET /ok
POST /threads/{thread_id}/commands
""".splitlines()

BESIDE = "beside the document"  #: Routes that the official server serves and does not document.


def _pattern(operation: str) -> re.Pattern[str]:
    text = re.escape(operation.rstrip("/"))
    return re.compile(re.sub(r"\\{\w+\\}", r"[^/]+", text) + "/?")


# Those without a variable come first: /runs/crons/search is no cron's id.
_PATTERNS = sorted(
    ((operation, _pattern(operation)) for operation in OPERATIONS), key=lambda pair: pair[0].count("{")
)


def operation_of(request: str) -> str:
    """The operation that ``GET /threads/abc`` is a call of."""
    return next((name for name, pattern in _PATTERNS if pattern.fullmatch(request)), BESIDE)
