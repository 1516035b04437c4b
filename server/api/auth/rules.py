"""Which resource each route is about, and what it does to it: what authorization handlers are asked.

A route without a rule is not served to anybody once a project has authorization, and a test says so before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Resource = Literal["threads", "assistants", "crons", "store"]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a handler is asked."""

    resource: Resource
    action: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a route needs.

    Args:
        questions: Each has to be answered with yes.
        is_open: Whoever asks may have it, known or not.
        may_cancel: Whether its query may ask for the end of runs, which more is asked for.
        keeps_body: Its body is another contract's, in which handlers have nothing to change.
        brings_files: Its body is a form with files, which no handler sees.
    """

    questions: tuple[Question, ...] = ()
    is_open: bool = False
    may_cancel: bool = False
    keeps_body: bool = False
    brings_files: bool = False

    def asked(self, query: Mapping[str, str]) -> tuple[Question, ...]:
        """What handlers are asked of a request with this query."""
        wanted = query.get("cancel_on_disconnect", "0").lower()
        if self.may_cancel and wanted not in ("", "0", "false", "f", "no", "n", "off"):
            return (*self.questions, _CANCEL)
        return self.questions


_CANCEL = Question(resource="threads", action="update")

OPEN = Rule(is_open=True)
KNOWN = Rule()  # for everybody whom the authenticator knows


def _rule(*names: str) -> Rule:
    pairs = (name.split(".") for name in names)
    return Rule(questions=tuple(Question(resource=r, action=a) for r, a in pairs))  # type: ignore[arg-type]


_READ, _UPDATE = _rule("threads.read"), _rule("threads.update")
_JOIN = replace(_READ, may_cancel=True)
_RUN = _rule("threads.create_run", "assistants.read")
_FOREIGN_RUN = replace(_rule("threads.create_run"), keeps_body=True)
_TASK_RUN = replace(_rule("threads.update", "threads.create_run"), keeps_body=True)
_FORM_RUN = replace(_FOREIGN_RUN, brings_files=True)
_SEE = _rule("assistants.read")

RULES: Mapping[tuple[str, str], Rule] = {
    # system
    **{("GET", path): OPEN for path in ("/", "/ok", "/info", "/metrics", "/health", "/docs")},
    **{("GET", path): OPEN for path in ("/openapi.json", "/console/{path:path}")},
    **{("GET", path): OPEN for path in ("/api/health", "/api/v1/health")},
    ("POST", "/internal/truncate"): KNOWN,
    # assistants
    ("POST", "/assistants"): _rule("assistants.create"),
    ("POST", "/assistants/search"): _rule("assistants.search"),
    ("POST", "/assistants/count"): _rule("assistants.search"),
    ("GET", "/assistants/{assistant_id}"): _SEE,
    ("PATCH", "/assistants/{assistant_id}"): _rule("assistants.update"),
    ("DELETE", "/assistants/{assistant_id}"): _rule("assistants.delete"),
    ("GET", "/assistants/{assistant_id}/graph"): _SEE,
    ("GET", "/assistants/{assistant_id}/schemas"): _SEE,
    ("GET", "/assistants/{assistant_id}/subgraphs"): _SEE,
    ("GET", "/assistants/{assistant_id}/subgraphs/{namespace}"): _SEE,
    ("POST", "/assistants/{assistant_id}/versions"): _SEE,
    ("POST", "/assistants/{assistant_id}/latest"): _rule("assistants.update"),
    # threads
    ("POST", "/threads"): _rule("threads.create"),
    ("POST", "/threads/search"): _rule("threads.search"),
    ("POST", "/threads/count"): _rule("threads.search"),
    ("POST", "/threads/prune"): _rule("threads.delete"),
    ("GET", "/threads/{thread_id}"): _READ,
    ("PATCH", "/threads/{thread_id}"): _UPDATE,
    ("DELETE", "/threads/{thread_id}"): _rule("threads.delete"),
    ("POST", "/threads/{thread_id}/copy"): _rule("threads.read", "threads.create"),
    ("GET", "/threads/{thread_id}/storage"): _READ,
    ("GET", "/threads/{thread_id}/state"): _READ,
    ("POST", "/threads/{thread_id}/state"): _UPDATE,
    ("PATCH", "/threads/{thread_id}/state"): _UPDATE,
    ("GET", "/threads/{thread_id}/state/{checkpoint_id}"): _READ,
    ("POST", "/threads/{thread_id}/state/checkpoint"): _READ,
    ("GET", "/threads/{thread_id}/history"): _READ,
    ("POST", "/threads/{thread_id}/history"): _READ,
    ("GET", "/threads/{thread_id}/stream"): _READ,
    ("POST", "/threads/{thread_id}/stream/events"): _READ,
    ("WEBSOCKET", "/threads/{thread_id}/stream/events"): _rule("threads.read", "threads.create_run"),
    ("POST", "/threads/{thread_id}/commands"): _rule("threads.create_run", "threads.update"),
    # runs
    ("POST", "/threads/{thread_id}/runs"): _RUN,
    ("POST", "/threads/{thread_id}/runs/stream"): _RUN,
    ("POST", "/threads/{thread_id}/runs/wait"): _RUN,
    ("POST", "/runs"): _RUN,
    ("POST", "/runs/stream"): _RUN,
    ("POST", "/runs/wait"): _RUN,
    ("POST", "/runs/batch"): _RUN,
    ("POST", "/runs/cancel"): _UPDATE,
    ("GET", "/runs/{run_id}/stream"): _JOIN,
    ("GET", "/threads/{thread_id}/runs"): _READ,
    ("GET", "/threads/{thread_id}/runs/{run_id}"): _READ,
    ("DELETE", "/threads/{thread_id}/runs/{run_id}"): _rule("threads.delete"),
    ("GET", "/threads/{thread_id}/runs/{run_id}/join"): _JOIN,
    ("GET", "/threads/{thread_id}/runs/{run_id}/stream"): _JOIN,
    ("POST", "/threads/{thread_id}/runs/{run_id}/cancel"): _UPDATE,
    # crons
    ("POST", "/threads/{thread_id}/runs/crons"): _rule("crons.create", "threads.read", "assistants.read"),
    ("POST", "/runs/crons"): _rule("crons.create", "assistants.read"),
    ("POST", "/runs/crons/search"): _rule("crons.search"),
    ("POST", "/runs/crons/count"): _rule("crons.search"),
    ("GET", "/runs/crons/{cron_id}"): _rule("crons.read"),
    ("PATCH", "/runs/crons/{cron_id}"): _rule("crons.update"),
    ("DELETE", "/runs/crons/{cron_id}"): _rule("crons.delete"),
    # store
    ("PUT", "/store/items"): _rule("store.put"),
    ("GET", "/store/items"): _rule("store.get"),
    ("DELETE", "/store/items"): _rule("store.delete"),
    ("POST", "/store/items/search"): _rule("store.search"),
    ("POST", "/store/namespaces"): _rule("store.list_namespaces"),
    # other protocols
    **{
        (method, path): _rule("assistants.search", "threads.create_run")
        for method in ("GET", "POST", "DELETE")
        for path in ("/mcp", "/mcp/")
    },
    ("POST", "/a2a/{assistant_id}"): _rule("assistants.read", "threads.create_run"),
    ("GET", "/a2a/{assistant_id}/.well-known/agent-card.json"): _SEE,
    ("GET", "/a2a/{assistant_id}/.well-known/agent.json"): _SEE,
    ("GET", "/.well-known/agent-card.json"): _SEE,
    ("GET", "/ui/{graph_id}/{path:path}"): KNOWN,
    ("POST", "/ui/{graph_id}"): KNOWN,
    # accounts
    ("GET", "/api/v1/auth"): OPEN,
    **{("POST", f"/api/v1/auth/{name}"): OPEN for name in ("register", "login", "refresh")},
    **{("POST", f"/api/v1/auth/reset-password{part}"): OPEN for part in ("", "/confirm")},
    **{("POST", f"/api/v1/auth/{name}"): KNOWN for name in ("logout", "change-password", "ticket")},
    ("GET", "/api/v1/auth/me"): KNOWN,
    ("GET", "/api/v1/auth/me/export"): KNOWN,
    ("DELETE", "/api/v1/auth/me"): KNOWN,
    ("GET", "/api/v1/keys"): KNOWN,
    ("POST", "/api/v1/keys"): KNOWN,
    ("DELETE", "/api/v1/keys/{key_id}"): KNOWN,
    ("GET", "/api/v1/users"): KNOWN,
    ("POST", "/api/v1/users"): KNOWN,
    ("GET", "/api/v1/users/{user_id}"): KNOWN,
    ("PATCH", "/api/v1/users/{user_id}"): KNOWN,
    ("DELETE", "/api/v1/users/{user_id}"): KNOWN,
    ("POST", "/api/v1/users/{user_id}/reset-password"): KNOWN,
    ("DELETE", "/api/v1/users/{user_id}/sessions"): KNOWN,
    ("GET", "/api/v1/audit"): KNOWN,
    ("GET", "/api/v1/shares"): KNOWN,
    ("POST", "/api/v1/shares"): KNOWN,
    ("DELETE", "/api/v1/shares/{share_id}"): KNOWN,
    # our own
    ("GET", "/api/v1/graphs"): KNOWN,
    ("GET", "/api/v1/runs"): _rule("threads.search"),
    ("GET", "/api/v1/runs/{run_id}"): _READ,
    ("GET", "/api/v1/runs/{run_id}/usage"): _READ,
    ("GET", "/api/v1/runs/{run_id}/steps"): _READ,
    ("POST", "/api/v1/runs/{run_id}/retry"): _RUN,
    ("GET", "/api/v1/usage"): KNOWN,
    ("POST", "/api/v1/files"): KNOWN,
    ("GET", "/api/v1/files/{file_id}"): KNOWN,
    ("GET", "/api/v1/files"): KNOWN,
    ("GET", "/api/v1/files/stats"): KNOWN,
    ("DELETE", "/api/v1/files/{file_id}"): KNOWN,
    ("GET", "/api/v1/files/{file_id}/content"): KNOWN,
    ("GET", "/api/v1/files/{file_id}/link"): KNOWN,
    ("OPTIONS", "/api/v1/uploads"): OPEN,
    ("POST", "/api/v1/uploads"): KNOWN,
    ("POST", "/api/v1/uploads/direct"): KNOWN,
    ("POST", "/api/v1/uploads/{upload_id}/complete"): KNOWN,
    ("GET", "/api/v1/uploads/{upload_id}"): KNOWN,
    ("PATCH", "/api/v1/uploads/{upload_id}"): KNOWN,
    ("DELETE", "/api/v1/uploads/{upload_id}"): KNOWN,
    ("GET", "/api/v1/webhooks"): _rule("threads.search"),
    ("POST", "/api/v1/webhooks/{run_id}/resend"): _UPDATE,
    **{
        ("WEBSOCKET", path): _rule("threads.read", "threads.create_run")
        for path in ("/v1/realtime", "/ws/{client_id}", "/ws", "/conversation", "/conservation")
    },
    ("WEBSOCKET", "/vosk"): _rule("threads.create_run"),
    ("GET", "/api/health/ready"): OPEN,
    ("GET", "/conversation/health"): OPEN,
    ("POST", "/api/stt"): KNOWN,
    ("POST", "/api/tts"): _FOREIGN_RUN,
    ("GET", "/api/tts/speakers"): KNOWN,
    ("POST", "/api/generate_suggestions"): _FOREIGN_RUN,
    ("POST", "/v1/sessions"): replace(_rule("threads.create"), keeps_body=True),
    ("GET", "/v1/sessions/{thread_id}/events"): _READ,
    ("POST", "/v1/sessions/{thread_id}/events"): replace(
        _rule("threads.read", "threads.create_run"), keeps_body=True
    ),
    ("POST", "/api/v1/tasks"): replace(_rule("threads.create"), keeps_body=True),
    **{("GET", f"/api/v1/tasks{part}"): _rule("threads.search") for part in ("", "/all", "/stats")},
    ("POST", "/api/v1/tasks/cleanup"): replace(_rule("threads.delete"), keeps_body=True),
    **{("GET", f"/api/v1/tasks/{{job_id}}{part}"): _READ for part in ("", "/files", "/files/{file_name}")},
    ("GET", "/api/v1/tasks/{job_id}/events"): _READ,
    ("DELETE", "/api/v1/tasks/{job_id}"): _rule("threads.delete"),
    **{
        ("POST", f"/api/v1/tasks/{{job_id}}/{part}"): replace(_UPDATE, keeps_body=True)
        for part in ("cancel", "files", "memory")
    },
    **{("POST", f"/api/v1/tasks/{{job_id}}/{part}"): _TASK_RUN for part in ("process", "confirm")},
    ("POST", "/api/v1/upload"): KNOWN,
    ("POST", "/api/v1/upload/batch"): KNOWN,
    ("GET", "/api/v1/models"): KNOWN,
    **{
        ("POST", f"/api/v1/{path}"): _FOREIGN_RUN
        for path in ("translation/translate", "subtitle/process", "video/process", "process/{kind}")
    },
    ("POST", "/api/v1/process/tasks/{job_id}"): _TASK_RUN,
    ("POST", "/api/v1/process/tasks/{job_id}/{kind}"): _TASK_RUN,
    ("GET", "/api/v1/process/tasks/{job_id}/status"): _READ,
    ("POST", "/api/v1/process/tasks/{job_id}/cancel"): replace(_UPDATE, keeps_body=True),
    ("POST", "/api/v1/workflow/upload"): _FORM_RUN,
    ("POST", "/api/v1/workflow/batch"): _FORM_RUN,
    ("GET", "/api/v1/workflow/batch/{guideline_batch_id}/status"): _rule("threads.search"),
    ("GET", "/api/v1/workflow/{guideline_task_id}/status"): _READ,
    ("GET", "/api/v1/workflow/{guideline_task_id}/stream"): _READ,
    ("POST", "/api/v1/workflow/{guideline_task_id}/review"): _TASK_RUN,
    ("DELETE", "/api/v1/workflow/{guideline_task_id}"): _UPDATE,
    **{
        ("GET", f"/api/v1/workflow/{{guideline_id}}/{part}"): _rule("threads.search")
        for part in ("pvg/download", "versions", "compare")
    },
    ("GET", "/api/books"): _rule("threads.search"),
    ("POST", "/api/books"): replace(_rule("threads.create"), keeps_body=True),
    ("PUT", "/api/books/{book_id}"): replace(_UPDATE, keeps_body=True),
    ("DELETE", "/api/books/{book_id}"): _rule("threads.delete"),
    ("POST", "/api/books/{book_id}/upload"): replace(_UPDATE, keeps_body=True, brings_files=True),
    ("POST", "/api/books/{book_id}/process"): replace(_UPDATE, keeps_body=True),
    **{
        ("GET", f"/api/books/{{book_id}}{part}"): _READ
        for part in (
            *("", "/upload", "/process", "/chapters", "/segments", "/voices", "/voice-bindings"),
            *("/characters", "/characters/recognize", "/characters/{character_id}"),
            *("/script", "/script/generate", "/audio", "/audio/generate", "/audio/lines/{line_id}"),
            *("/edits", "/download"),
        )
    },
    **{
        ("POST", f"/api/books/{{book_id}}/{part}"): _TASK_RUN
        for part in (
            *("characters/recognize", "script/generate", "audio/generate"),
            *("characters", "characters/merge", "characters/{character_id}/split"),
            *("edits", "edits/undo", "edits/redo"),
        )
    },
    ("POST", "/api/books/{book_id}/voices/preview"): replace(_READ, keeps_body=True),
    ("PUT", "/api/books/{book_id}/script"): _TASK_RUN,
    ("PUT", "/api/books/{book_id}/characters/{character_id}"): _TASK_RUN,
    ("DELETE", "/api/books/{book_id}/characters/{character_id}"): _TASK_RUN,
    ("PUT", "/api/books/{book_id}/characters/{character_id}/voices"): _TASK_RUN,
    ("DELETE", "/api/books/{book_id}/characters/{character_id}/voices"): _TASK_RUN,
    ("DELETE", "/api/books/{book_id}/audio/generate"): _UPDATE,
    ("POST", "/api/tasks"): _FOREIGN_RUN,
    **{("GET", f"/api/tasks{part}"): _rule("threads.search") for part in ("", "/stats")},
    **{
        ("GET", f"/api/tasks/{{topics_task_id}}{part}"): _READ
        for part in ("", "/logs", "/results", "/results/{file_name}")
    },
    ("POST", "/api/tasks/{topics_task_id}/answer"): _TASK_RUN,
    ("POST", "/api/tasks/{topics_task_id}/cancel"): _UPDATE,
    ("DELETE", "/api/tasks/{topics_task_id}"): _rule("threads.delete"),
    ("POST", "/api/analyze"): replace(_READ, keeps_body=True),
    ("GET", "/api/datasets"): KNOWN,
    ("GET", "/api/datasets/{file_id}/preview"): KNOWN,
    ("POST", "/api/oss/presign"): KNOWN,
    ("POST", "/api/recognize"): _FOREIGN_RUN,
    ("POST", "/api/recognize/async"): _FOREIGN_RUN,
    ("GET", "/api/recognize/async/{task_id}"): _READ,
    ("GET", "/api/stats"): _rule("threads.search"),
    ("GET", "/api/v1/stats"): _rule("threads.search"),
}


@dataclass(frozen=True, kw_only=True)
class Match:
    """The rule of a request, and what its path names."""

    route: str  #: Its path's template.
    rule: Rule
    parameters: dict[str, str]


def find(method: str, path: str) -> Match | None:
    """The rule of a request; None when there is none."""
    wanted = "GET" if method == "HEAD" else method
    for known, template, pattern, rule in _PATTERNS:
        if known == wanted and (found := pattern.fullmatch(path)):
            return Match(route=template, rule=rule, parameters=found.groupdict())
    return None


def is_known(path: str) -> bool:
    """Whether any method has a rule for this path."""
    return any(pattern.fullmatch(path) for _, _, pattern, _ in _PATTERNS)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)(:path)?\}", template)
    literals, names, kinds = parts[::3], parts[1::3], parts[2::3]
    pattern = re.escape(literals[0])
    for name, kind, literal in zip(names, kinds, literals[1:], strict=True):
        pattern += f"(?P<{name}>{'.*' if kind else '[^/]+'})" + re.escape(literal)
    return re.compile(pattern)


# What has fewer parameters is more special: /assistants/search goes before /assistants/{assistant_id}.
_PATTERNS = sorted(
    ((method, path, _pattern(path), rule) for (method, path), rule in RULES.items()),
    key=lambda entry: entry[2].groups,
)
