"""One request for every route, in terms of somebody's things: the authorization matrix is made of them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from tests.fixtures.people import PASSWORD, Person

Things = Mapping[str, str]
KINDS = (
    "thread",
    "run",
    "cron",
    "assistant",
    "file",
    "key",
    "share",
    "user",
    "webhook_run",
    "task",
    "upload",
    "job",
    "guideline_batch",
    "guideline_task",
    "guideline",
    "book",
    "topics_task",
)
NAMES = re.compile(r"\{(" + "|".join(KINDS) + r")(?:_id)?\}")


@dataclass(frozen=True, kw_only=True)
class Case:
    """How a route is asked, and how it answers whoever may ask.

    Args:
        body: JSON, with ``{thread}`` and the like for ids; bytes are sent as they are.
        is_writing: Whether it changes something, which no question of its rule says.
        ok: Statuses of who may.
        for_whom: ``anybody``; ``known``: all that are known; ``admins``.
        is_endless: Whether the answer is a stream without end.
        others: What somebody else's answer has to be, where it tells numbers instead of things.
        by_key: Whether an API key may ask; keys manage no accounts.
        is_once: Whether it ends the session of who asks.
        assistant: Which assistant its path names; None: one of the owner's.
        says: What a client says first on a WebSocket, and waits for an answer to; None: it is only opened.
        parameters: Of its path, what names nothing of anybody's.
    """

    body: Any = None
    headers: Mapping[str, str] | None = None
    is_writing: bool = False
    query: Mapping[str, str] | None = None
    ok: tuple[int, ...] = (200,)
    for_whom: Literal["anybody", "known", "admins"] = "known"
    is_endless: bool = False
    others: str | None = None
    by_key: bool = True
    is_once: bool = False
    assistant: str | None = None
    says: Any = None
    parameters: Mapping[str, str] | None = None


RUN = {"assistant_id": "notes", "input": {}}
CRON = {"assistant_id": "notes", "schedule": "0 0 1 1 *"}
OPEN = Case(for_whom="anybody")
MADE = (200, 201, 202, 204)
ITEM = {"namespace": ["n"], "key": "k"}
GUIDELINE = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n'
    b"We recommend walking for adults with diabetes.\r\n--b--\r\n"
)
GUIDELINES = GUIDELINE.replace(b'"file"', b'"files"')
GUIDELINE_FORM = {"Content-Type": "multipart/form-data; boundary=b"}
VERDICT = {"decision": "approve", "reviewer": "r"}
TOPICS = {"texts": ["x"]}  # too few, so that nothing is trained
NOVEL = {"text": "\u201cYes,\u201d said Ada."}
TEXT = {"text": "Hello.", "target_language": "zh"}
JOB = {"module": "translation", "taskName": "t", "options": {"text": "Hello.", "targetLanguage": "zh"}}
FORM = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n--b--\r\n'
BOOK = FORM.replace(b"\r\n\r\nx\r\n", b"\r\n\r\nIt rained, said Ada.\r\n")
NO_BOOKS = (
    '{"success":true,"data":{"books":[],"pagination":'
    '{"page":1,"limit":10,"total":0,"totalPages":1,"hasNext":false,"hasPrev":false}}}'
)
FORM_TYPE = {"Content-Type": "multipart/form-data; boundary=b"}
CALL = {"jsonrpc": "2.0", "id": 1}
SAY = {"message": {"role": "user", "parts": [{"kind": "text", "text": "x"}], "messageId": "m"}}
TUS = {"Tus-Resumable": "1.0.0"}
PART = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
ACCOUNT = Case(by_key=False)


def account(**given: Any) -> Case:
    return Case(by_key=False, **given)


CASES: dict[tuple[str, str], Case] = {
    **{("GET", path): OPEN for path in ("/", "/ok", "/info", "/health", "/docs", "/openapi.json")},
    **{("GET", path): OPEN for path in ("/metrics", "/api/health", "/api/v1/health")},
    ("GET", "/console/{path:path}"): OPEN,
    ("POST", "/assistants"): Case(body={"graph_id": "notes"}),
    ("POST", "/assistants/search"): Case(body={}),
    ("POST", "/assistants/count"): Case(body={}, others="10"),
    ("GET", "/assistants/{assistant_id}"): Case(),
    ("PATCH", "/assistants/{assistant_id}"): Case(body={"name": "n"}),
    ("DELETE", "/assistants/{assistant_id}"): Case(ok=MADE),
    ("GET", "/assistants/{assistant_id}/graph"): Case(),
    ("GET", "/assistants/{assistant_id}/schemas"): Case(),
    ("GET", "/assistants/{assistant_id}/subgraphs"): Case(),
    ("GET", "/assistants/{assistant_id}/subgraphs/{namespace}"): Case(ok=(200, 404)),
    ("POST", "/assistants/{assistant_id}/versions"): Case(body={}),
    ("POST", "/assistants/{assistant_id}/latest"): Case(body={"version": 1}),
    ("POST", "/threads"): Case(body={}),
    ("POST", "/threads/search"): Case(body={}, others="[]"),
    ("POST", "/threads/count"): Case(body={}, others="0"),
    ("POST", "/threads/prune"): Case(body={"thread_ids": ["{thread}"]}, others='{"pruned_count":0}'),
    ("GET", "/threads/{thread_id}"): Case(),
    ("PATCH", "/threads/{thread_id}"): Case(body={"metadata": {"a": 1}}),
    ("DELETE", "/threads/{thread_id}"): Case(ok=MADE),
    ("POST", "/threads/{thread_id}/copy"): Case(),
    ("GET", "/threads/{thread_id}/storage"): Case(),
    ("GET", "/threads/{thread_id}/state"): Case(),
    ("POST", "/threads/{thread_id}/state"): Case(body={"values": {"note": "x"}}),
    ("GET", "/threads/{thread_id}/state/{checkpoint_id}"): Case(ok=(200, 404)),
    ("POST", "/threads/{thread_id}/state/checkpoint"): Case(body={"checkpoint": {}}),
    ("GET", "/threads/{thread_id}/history"): Case(),
    ("POST", "/threads/{thread_id}/history"): Case(body={}),
    ("GET", "/threads/{thread_id}/stream"): Case(is_endless=True),
    ("POST", "/threads/{thread_id}/stream/events"): Case(body={"channels": ["lifecycle"]}, is_endless=True),
    ("WEBSOCKET", "/threads/{thread_id}/stream/events"): Case(
        says={"id": 1, "method": "subscription.subscribe", "params": {"channels": ["lifecycle"]}}
    ),
    ("POST", "/threads/{thread_id}/commands"): Case(
        body={"id": 1, "method": "input.respond", "params": {"interrupt_id": "i", "response": 1}}
    ),
    ("POST", "/threads/{thread_id}/runs"): Case(body=RUN),
    ("POST", "/threads/{thread_id}/runs/stream"): Case(body=RUN),
    ("POST", "/threads/{thread_id}/runs/wait"): Case(body=RUN),
    ("POST", "/runs"): Case(body=RUN),
    ("POST", "/runs/stream"): Case(body={**RUN, "assistant_id": "{assistant}"}),
    ("POST", "/runs/wait"): Case(body={**RUN, "assistant_id": "{assistant}"}),
    ("POST", "/runs/batch"): Case(body=[RUN]),
    ("POST", "/runs/cancel"): Case(
        body={"thread_id": "{thread}", "run_ids": ["{run}"]}, ok=(*MADE, 409, 404)
    ),
    ("GET", "/threads/{thread_id}/runs"): Case(),
    ("GET", "/threads/{thread_id}/runs/{run_id}"): Case(),
    ("DELETE", "/threads/{thread_id}/runs/{run_id}"): Case(ok=MADE),
    ("GET", "/threads/{thread_id}/runs/{run_id}/join"): Case(),
    ("GET", "/threads/{thread_id}/runs/{run_id}/stream"): Case(),
    ("POST", "/threads/{thread_id}/runs/{run_id}/cancel"): Case(ok=(404,)),  # it has ended
    ("POST", "/threads/{thread_id}/runs/crons"): Case(body=CRON),
    ("POST", "/runs/crons"): Case(body=CRON),
    ("POST", "/runs/crons/search"): Case(body={}, others="[]"),
    ("POST", "/runs/crons/count"): Case(body={}, others="0"),
    ("GET", "/runs/crons/{cron_id}"): Case(),
    ("PATCH", "/runs/crons/{cron_id}"): Case(body={"enabled": False}),
    ("DELETE", "/runs/crons/{cron_id}"): Case(ok=MADE),
    ("PUT", "/store/items"): Case(body={**ITEM, "value": {}}, ok=MADE),
    ("GET", "/store/items"): Case(query={"namespace": "n", "key": "k"}),
    ("DELETE", "/store/items"): Case(body=ITEM, ok=MADE),
    ("POST", "/store/items/search"): Case(body={"namespace_prefix": []}, others='{"items":[]}'),
    ("POST", "/store/namespaces"): Case(body={}, others='{"namespaces":[]}'),
    ("POST", "/mcp"): Case(body={**CALL, "method": "tools/list"}),
    ("GET", "/mcp"): Case(ok=(405,)),
    ("DELETE", "/mcp"): Case(ok=(404,)),
    ("POST", "/a2a/{assistant_id}"): Case(
        body={**CALL, "method": "message/send", "params": SAY}, assistant="notes"
    ),
    ("GET", "/a2a/{assistant_id}/.well-known/agent-card.json"): Case(ok=(200, 404)),
    ("GET", "/a2a/{assistant_id}/.well-known/agent.json"): Case(ok=(200, 404)),
    ("GET", "/.well-known/agent-card.json"): Case(query={"assistant_id": "{assistant}"}, ok=(200, 404)),
    ("POST", "/api/v1/auth/register"): Case(
        for_whom="anybody", body=lambda: {"username": f"m{uuid4().hex[:9]}", "password": PASSWORD}, ok=(201,)
    ),
    ("POST", "/api/v1/auth/login"): Case(
        for_whom="anybody", body={"username": "nobody-at-all", "password": PASSWORD}, ok=(401, 429)
    ),
    ("POST", "/api/v1/auth/refresh"): Case(for_whom="anybody", body={"refresh_token": "x.y"}, ok=(401,)),
    ("GET", "/api/v1/auth"): OPEN,
    ("POST", "/api/v1/auth/reset-password"): Case(
        for_whom="anybody", body={"username": "nobody-at-all"}, ok=(202,)
    ),
    ("POST", "/api/v1/auth/reset-password/confirm"): Case(
        for_whom="anybody", body={"token": "x", "new_password": PASSWORD}, ok=(401,)
    ),
    ("POST", "/api/v1/auth/logout"): account(ok=(204,), is_once=True),
    ("POST", "/api/v1/auth/change-password"): account(
        body={"current_password": PASSWORD, "new_password": "another fine password"}, is_once=True
    ),
    ("POST", "/api/v1/auth/ticket"): account(ok=(201,)),
    ("GET", "/api/v1/auth/me"): ACCOUNT,
    ("GET", "/api/v1/keys"): account(others="[]"),
    ("POST", "/api/v1/keys"): account(body={"name": "k"}, ok=(201,)),
    ("DELETE", "/api/v1/keys/{key_id}"): account(ok=(204,)),
    ("GET", "/api/v1/users"): account(for_whom="admins"),
    ("POST", "/api/v1/users"): account(
        for_whom="admins",
        body=lambda: {"username": f"m{uuid4().hex[:9]}", "password": PASSWORD, "role": "researcher"},
        ok=(201,),
    ),
    ("GET", "/api/v1/users/{user_id}"): account(for_whom="admins"),
    ("PATCH", "/api/v1/users/{user_id}"): account(for_whom="admins", body={"role": "researcher"}),
    ("DELETE", "/api/v1/users/{user_id}"): account(for_whom="admins", ok=(204,)),
    ("POST", "/api/v1/users/{user_id}/reset-password"): account(for_whom="admins", ok=(202,)),
    ("DELETE", "/api/v1/users/{user_id}/sessions"): account(for_whom="admins", ok=(204,)),
    ("GET", "/api/v1/audit"): account(for_whom="admins"),
    ("GET", "/api/v1/shares"): account(others="[]"),
    ("POST", "/api/v1/shares"): account(
        body={"thread_id": "{thread}", "username": "the-one-that-things-are-shared-with"}, ok=(201,)
    ),
    ("DELETE", "/api/v1/shares/{share_id}"): account(ok=(204,)),
    ("GET", "/api/v1/graphs"): Case(),
    ("GET", "/api/v1/runs"): Case(others="[]"),
    ("GET", "/api/v1/runs/{run_id}"): Case(),
    ("POST", "/api/v1/runs/{run_id}/retry"): Case(),
    ("POST", "/api/v1/files"): Case(body=b"x", ok=(201,), is_writing=True),
    ("GET", "/api/v1/files/{file_id}"): Case(),
    ("GET", "/api/v1/files/{file_id}/content"): Case(),
    ("GET", "/api/v1/files"): Case(others='{"files":[],"next":null}'),
    ("GET", "/api/v1/files/stats"): Case(),
    ("GET", "/api/v1/files/{file_id}/link"): Case(ok=(409,)),  # a folder gives no links
    ("DELETE", "/api/v1/files/{file_id}"): Case(ok=(204,), is_writing=True),
    ("OPTIONS", "/api/v1/uploads"): Case(for_whom="anybody", ok=(204,)),
    ("POST", "/api/v1/uploads"): Case(headers=TUS | {"Upload-Length": "5"}, ok=(201,), is_writing=True),
    ("GET", "/api/v1/uploads/{upload_id}"): Case(),
    ("PATCH", "/api/v1/uploads/{upload_id}"): Case(body=b"x", headers=TUS | PART, ok=(204,), is_writing=True),
    ("DELETE", "/api/v1/uploads/{upload_id}"): Case(headers=TUS, ok=(204,), is_writing=True),
    ("POST", "/api/v1/uploads/direct"): Case(body={"name": "a", "size": 1}, ok=(409,), is_writing=True),
    ("POST", "/api/v1/uploads/{upload_id}/complete"): Case(ok=(404, 409), is_writing=True),
    ("GET", "/api/v1/auth/me/export"): ACCOUNT,
    ("DELETE", "/api/v1/auth/me"): account(body={"password": PASSWORD}, ok=(204,), is_once=True),
    ("GET", "/api/v1/runs/{run_id}/usage"): Case(),
    ("GET", "/api/v1/runs/{run_id}/steps"): Case(),
    ("GET", "/api/v1/usage"): Case(),
    ("GET", "/api/v1/webhooks"): Case(others="[]"),
    ("POST", "/api/v1/webhooks/{run_id}/resend"): Case(ok=MADE),
    **{
        ("WEBSOCKET", path): Case(is_writing=True, parameters={"client_id": "client_1234"})
        for path in ("/v1/realtime", "/ws/{client_id}", "/ws", "/conversation", "/conservation", "/vosk")
    },  # what is said on them: tests/security/test_realtime_of_others.py
    ("POST", "/v1/sessions"): Case(body={}, ok=(201,), is_writing=True),
    ("GET", "/v1/sessions/{thread_id}/events"): Case(ok=(404,)),  # this thread was begun otherwise
    ("POST", "/v1/sessions/{thread_id}/events"): Case(body={"type": "session.ping"}, ok=(404,)),
    ("GET", "/api/health/ready"): Case(for_whom="anybody", ok=(200, 503)),
    ("GET", "/conversation/health"): Case(for_whom="anybody"),
    ("POST", "/api/stt"): Case(ok=(422,), is_writing=True),
    ("POST", "/api/tts"): Case(body={"text": "hello"}, ok=(503,)),
    ("GET", "/api/tts/speakers"): Case(),
    ("POST", "/api/generate_suggestions"): Case(body={"target_dialogue": "Hello"}),
    ("POST", "/api/v1/tasks"): Case(body=JOB, ok=(201,)),
    **{("GET", f"/api/v1/tasks{part}"): Case() for part in ("", "/all", "/stats")},
    ("POST", "/api/v1/tasks/cleanup"): Case(body={"maxAge": 10**12}),
    ("GET", "/api/v1/tasks/{job_id}"): Case(),
    ("DELETE", "/api/v1/tasks/{job_id}"): Case(),
    ("GET", "/api/v1/tasks/{job_id}/events"): Case(),
    ("GET", "/api/v1/tasks/{job_id}/files"): Case(),
    ("GET", "/api/v1/tasks/{job_id}/files/{file_name}"): Case(ok=(404,)),  # it has none
    ("POST", "/api/v1/tasks/{job_id}/files"): Case(body={"filePath": "{file}"}),
    ("POST", "/api/v1/tasks/{job_id}/memory"): Case(body={"type": "result", "data": 1}),
    ("POST", "/api/v1/tasks/{job_id}/process"): Case(),
    ("POST", "/api/v1/tasks/{job_id}/confirm"): Case(body={}, ok=(409,)),  # it waits for nobody
    ("POST", "/api/v1/tasks/{job_id}/cancel"): Case(ok=(409,)),  # it has not begun
    ("POST", "/api/v1/upload"): Case(body=FORM, headers=FORM_TYPE, ok=(201,), is_writing=True),
    ("POST", "/api/v1/upload/batch"): Case(
        body=FORM.replace(b'"file"', b'"files"'), headers=FORM_TYPE, ok=(201,), is_writing=True
    ),
    ("GET", "/api/v1/models"): Case(),
    ("POST", "/api/v1/translation/translate"): Case(body=TEXT, ok=(503,)),  # without a model
    ("POST", "/api/v1/subtitle/process"): Case(
        body={"subtitleUrl": "{file}", "operation": "detect_conflict"}, ok=(400,)
    ),  # the file is none of subtitles
    ("POST", "/api/v1/video/process"): Case(body={"videoUrl": "{file}", "operation": "x"}, ok=(400,)),
    ("POST", "/api/v1/process/{kind}"): Case(body=TEXT),
    ("POST", "/api/v1/process/tasks/{job_id}"): Case(body=TEXT),
    ("POST", "/api/v1/process/tasks/{job_id}/{kind}"): Case(body=TEXT),
    ("GET", "/api/v1/process/tasks/{job_id}/status"): Case(),
    ("POST", "/api/v1/process/tasks/{job_id}/cancel"): Case(),
    ("POST", "/api/v1/workflow/upload"): Case(body=GUIDELINE, headers=GUIDELINE_FORM, ok=(201,)),
    ("POST", "/api/v1/workflow/batch"): Case(body=GUIDELINES, headers=GUIDELINE_FORM, ok=(201,)),
    ("GET", "/api/v1/workflow/batch/{guideline_batch_id}/status"): Case(),
    ("GET", "/api/v1/workflow/{guideline_task_id}/status"): Case(),
    ("GET", "/api/v1/workflow/{guideline_task_id}/stream"): Case(),
    ("POST", "/api/v1/workflow/{guideline_task_id}/review"): Case(body=VERDICT, ok=(400,)),  # it has ended
    ("DELETE", "/api/v1/workflow/{guideline_task_id}"): Case(ok=(400,)),  # it has ended
    ("GET", "/api/v1/workflow/{guideline_id}/pvg/download"): Case(),
    ("GET", "/api/v1/workflow/{guideline_id}/versions"): Case(),
    ("GET", "/api/v1/workflow/{guideline_id}/compare"): Case(ok=(404,)),  # it has one version
    ("GET", "/api/books"): Case(others=NO_BOOKS),
    ("POST", "/api/books"): Case(body={"title": "t"}, ok=(201,)),
    ("GET", "/api/books/{book_id}"): Case(),
    ("PUT", "/api/books/{book_id}"): Case(body={"title": "u"}),
    ("DELETE", "/api/books/{book_id}"): Case(),
    ("POST", "/api/books/{book_id}/upload"): Case(body=BOOK, headers=FORM_TYPE, ok=(201,), is_writing=True),
    ("POST", "/api/books/{book_id}/process"): Case(body={}),
    **{("GET", f"/api/books/{{book_id}}/{part}"): Case() for part in ("upload", "process", "chapters")},
    ("GET", "/api/books/{book_id}/segments"): Case(),
    ("GET", "/api/books/{book_id}/voices"): Case(ok=(200, 503)),  # espeak-ng may be missing
    ("POST", "/api/books/{book_id}/voices/preview"): Case(body={"voiceId": "none"}, ok=(400, 503)),
    **{
        (method, f"/api/books/{{book_id}}/{part}"): Case(body={}, ok=(202,))
        for method, part in (
            ("POST", "characters/recognize"),
            ("POST", "script/generate"),
            ("POST", "audio/generate"),
        )
    },
    # Nothing has been made of it yet.
    **{
        ("GET", f"/api/books/{{book_id}}/{part}"): Case(ok=(404,))
        for part in ("characters/recognize", "script/generate", "audio/generate")
    },
    **{
        ("GET", f"/api/books/{{book_id}}/{part}"): Case(ok=(409,))
        for part in (
            *("characters", "characters/{character_id}", "voice-bindings", "script"),
            *("edits", "audio", "audio/lines/{line_id}", "download"),
        )
    },
    ("DELETE", "/api/books/{book_id}/audio/generate"): Case(ok=(409,)),
    ("PUT", "/api/books/{book_id}/script"): Case(body={"lines": [{"id": "l0"}]}, ok=(409,)),
    ("PUT", "/api/books/{book_id}/characters/{character_id}"): Case(body={"age": "senior"}, ok=(409,)),
    ("DELETE", "/api/books/{book_id}/characters/{character_id}"): Case(ok=(409,)),
    ("POST", "/api/books/{book_id}/characters"): Case(body={"canonicalName": "n"}, ok=(409,)),
    ("POST", "/api/books/{book_id}/characters/merge"): Case(
        body={"sourceId": "c001", "targetId": "c000"}, ok=(409,)
    ),
    ("POST", "/api/books/{book_id}/characters/{character_id}/split"): Case(body={"names": ["n"]}, ok=(409,)),
    ("POST", "/api/books/{book_id}/edits"): Case(body={"edits": [{"op": "undo"}]}, ok=(409,)),
    ("POST", "/api/books/{book_id}/edits/undo"): Case(body={}, ok=(409,)),
    ("POST", "/api/books/{book_id}/edits/redo"): Case(body={}, ok=(409,)),
    ("PUT", "/api/books/{book_id}/characters/{character_id}/voices"): Case(body={"voiceId": "v"}, ok=(409,)),
    ("DELETE", "/api/books/{book_id}/characters/{character_id}/voices"): Case(ok=(409,)),
    ("POST", "/api/tasks"): Case(body=TOPICS, ok=(201,), is_writing=True),
    ("GET", "/api/tasks"): Case(others='{"tasks":[],"total":0}'),
    ("GET", "/api/tasks/stats"): Case(
        others='{"total":0,"pending":0,"running":0,"waiting":0,"completed":0,"failed":0,"cancelled":0}'
    ),
    ("GET", "/api/tasks/{topics_task_id}"): Case(),
    ("GET", "/api/tasks/{topics_task_id}/logs"): Case(),
    ("GET", "/api/tasks/{topics_task_id}/results"): Case(ok=(409,)),  # it has none
    ("GET", "/api/tasks/{topics_task_id}/results/{file_name}"): Case(ok=(409,)),
    ("POST", "/api/tasks/{topics_task_id}/answer"): Case(body={}, ok=(409,)),  # it waits for nobody
    ("POST", "/api/tasks/{topics_task_id}/cancel"): Case(ok=(200, 409)),  # it may have ended
    ("DELETE", "/api/tasks/{topics_task_id}"): Case(ok=(204,)),
    ("POST", "/api/analyze"): Case(body={"texts": ["x"], "file_id": "{file}"}, ok=(422,)),  # no topics.zip
    ("GET", "/api/datasets"): Case(others='{"datasets":[]}'),
    ("GET", "/api/datasets/{file_id}/preview"): Case(ok=(200, 422)),
    ("POST", "/api/oss/presign"): Case(body={"filename": "a", "size": 1}, ok=(409,), is_writing=True),
    ("POST", "/api/recognize"): Case(body=NOVEL),
    ("POST", "/api/recognize/async"): Case(body=NOVEL),
    ("GET", "/api/recognize/async/{task_id}"): Case(),
    ("GET", "/api/stats"): Case(),
    ("GET", "/api/v1/stats"): Case(),
}


def wanted(path: str, case: Case) -> set[str]:
    """The kinds of things that a request names."""
    if case.assistant is not None:
        path = path.replace("{assistant_id}", case.assistant)
    path = path.replace("webhooks/{run_id}", "webhooks/{webhook_run}")
    return set(NAMES.findall(f"{path} {case.body!r} {case.query!r} {case.says!r}"))


def filled(part: Any, things: Things) -> Any:
    """A path or body with the ids of these things."""
    if callable(part):
        return part()
    if isinstance(part, str):
        return NAMES.sub(lambda found: things[found[1]], part)
    if isinstance(part, dict):
        return {key: filled(value, things) for key, value in part.items()}
    return [filled(each, things) for each in part] if isinstance(part, list) else part


def address(path: str, case: Case, things: Things) -> str:
    """A route's path with the ids of these things."""
    if case.assistant is not None:
        path = path.replace("{assistant_id}", case.assistant)
    path = path.replace("webhooks/{run_id}", "webhooks/{webhook_run}")
    rest = {
        "namespace": "n",
        "checkpoint_id": str(uuid4()),
        "path:path": "app.js",
        "kind": "translate",
        "file_name": "none.txt",
        "character_id": "c000",
        "line_id": "l0",
        **(case.parameters or {}),
    }
    path = filled(path, things)
    for name, value in rest.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, f"{path}: say in the case's parameters what stands there"
    return path


def make(person: Person, kinds: set[str], guest: Callable[[], str]) -> dict[str, str]:
    """Things of somebody's, with their ids."""
    made: dict[str, str] = {"user": person.user_id}
    if kinds & {"thread", "run", "share", "webhook_run"}:
        made["thread"] = person.thread(metadata={"graph_id": "notes"})
    if kinds & {"run", "webhook_run"}:
        body = {**RUN, "input": {"note": "x"}, "webhook": "http://127.0.0.1:9/"}
        path = f"/threads/{made['thread']}/runs"
        assert person.http.post(f"{path}/wait", json=body).status_code == 200
        made["run"] = made["webhook_run"] = person.http.get(path).json()[0]["run_id"]
    if "cron" in kinds:
        made["cron"] = person.http.post("/runs/crons", json=CRON).json()["cron_id"]
    if "assistant" in kinds:
        body = {"graph_id": "notes"}
        made["assistant"] = person.http.post("/assistants", json=body).json()["assistant_id"]
    if "file" in kinds:
        made["file"] = person.upload()
    if "upload" in kinds:
        begun = person.http.post("/api/v1/uploads", headers=TUS | {"Upload-Length": "5"})
        made["upload"] = begun.headers["location"].rpartition("/")[2]
    if "key" in kinds:
        made["key"] = person.http.post("/api/v1/keys", json={"name": "k"}).json()["key_id"]
    if "share" in kinds:
        body = {"thread_id": made["thread"], "username": guest()}
        made["share"] = person.http.post("/api/v1/shares", json=body).json()["share_id"]
    return made | _guidelines(person, kinds) | _tasks(person, kinds)


def _tasks(person: Person, kinds: set[str]) -> dict[str, str]:
    """Tasks of the old contracts."""
    made: dict[str, str] = {}
    if "job" in kinds:
        made["job"] = person.http.post("/api/v1/tasks", json=JOB).json()["data"]["taskId"]
    if "book" in kinds:
        made["book"] = person.http.post("/api/books", json={"title": "t"}).json()["data"]["id"]
        path = f"/api/books/{made['book']}/upload"
        person.http.post(path, content=BOOK, headers=FORM_TYPE).raise_for_status()
    if "topics_task" in kinds:
        made["topics_task"] = person.http.post("/api/tasks", json=TOPICS).json()["task_id"]
    if "task" in kinds:
        made["task"] = person.http.post("/api/recognize/async", json=NOVEL).json()["task_id"]
    return made


def _guidelines(person: Person, kinds: set[str]) -> dict[str, str]:
    """A guideline whose version is ready, and a batch."""
    made: dict[str, str] = {}
    if kinds & {"guideline_task", "guideline"}:
        sent = person.http.post("/api/v1/workflow/upload", content=GUIDELINE, headers=GUIDELINE_FORM).json()
        made |= {"guideline_task": sent["task_id"], "guideline": sent["guideline_id"]}
        person.http.get(f"/api/v1/workflow/{sent['task_id']}/stream").raise_for_status()
    if "guideline_batch" in kinds:
        sent = person.http.post("/api/v1/workflow/batch", content=GUIDELINES, headers=GUIDELINE_FORM)
        made["guideline_batch"] = sent.json()["batch_task_id"]
    return made
