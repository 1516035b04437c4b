"""DashScope's native HTTP API: reranking, embeddings, speech, and tasks that are polled."""

from collections.abc import Iterable
from typing import Any

from evals.model_server.endpoint import BadRequest, Turn
from evals.model_server.failures import FAILURES, Failure, Form, invalid
from evals.model_server.faults import Fault
from evals.model_server.parts import content_text, decoded
from evals.model_server.question import Json, Message, Question, Task, dump
from evals.model_server.reply import Frame, Reply, event, stream, whole
from evals.model_server.sound import base64_pieces, billed_characters, samples, wav
from evals.model_server.vectors import embed, similarity

_ERROR_EVENT = event(FAILURES[Fault.SERVER_ERROR].body(Form.DASHSCOPE), "error")
_DIMENSIONS = 1024
_MOST_DOCUMENTS = 500
_MOST_TEXTS = 10
_FILE_SECONDS = 12  # that every recording of which only the address is known is said to last


def read_rerank(body: Json) -> Question:
    """A query and documents, from the compatible or the native form.

    Raises:
        BadRequest: When either is missing, or there are too many documents.
    """
    inputs: Json = body.get("input") or body
    query, documents = inputs.get("query"), inputs.get("documents")
    if not query or not documents or not body.get("model"):
        raise BadRequest(invalid("model, query and documents are required"))
    if len(documents) > _MOST_DOCUMENTS:
        raise BadRequest(invalid(f"the number of documents should not exceed {_MOST_DOCUMENTS}"))
    texts = [query, *documents]
    return Question(
        task=Task.RERANK,
        model=body["model"],
        messages=[Message(role="user", text=_document_text(text)) for text in texts],
    )


def write_rerank(turn: Turn) -> Reply:
    """The documents by how many words they share with the query, best first, in the form of the request."""
    is_native = "input" in turn.body
    parameters: Json = (turn.body.get("parameters") or {}) if is_native else turn.body
    query, *documents = (message.text for message in turn.question.messages)
    scores = [(similarity(query, document), -index) for index, document in enumerate(documents)]
    best = sorted(scores, reverse=True)[: parameters.get("top_n") or len(documents)]
    results: list[Json] = [{"index": -at, "relevance_score": round(score, 6)} for score, at in best]
    if parameters.get("return_documents"):
        inputs: Json = turn.body["input"] if is_native else turn.body
        for result in results:
            document = inputs["documents"][result["index"]]
            result["document"] = {"text": document} if isinstance(document, str) else document
    usage = {"total_tokens": turn.prompt_tokens}
    if is_native:
        return whole({"output": {"results": results}, "usage": usage, "request_id": str(turn.number)})
    head = {"object": "list", "model": turn.question.model, "id": str(turn.number)}
    return whole({**head, "results": results, "usage": usage})


def read_embeddings(body: Json) -> Question:
    """Texts to embed.

    Raises:
        BadRequest: When there are none, or too many.
    """
    inputs: Json = body.get("input") or {}
    texts: list[str] = inputs.get("texts") or []
    if not 0 < len(texts) <= _MOST_TEXTS:
        raise BadRequest(invalid(f"input.texts should hold 1 to {_MOST_TEXTS} texts"))
    return Question(
        task=Task.EMBED, model=body["model"], messages=[Message(role="user", text=text) for text in texts]
    )


def write_embeddings(turn: Turn) -> Reply:
    """A vector for each text."""
    parameters: Json = turn.body.get("parameters") or {}
    dimensions: int = parameters.get("dimension") or _DIMENSIONS
    vectors = [
        {"text_index": index, "embedding": embed(message.text, dimensions).tolist()}
        for index, message in enumerate(turn.question.messages)
    ]
    usage = {"total_tokens": turn.prompt_tokens}
    return whole({"output": {"embeddings": vectors}, "usage": usage, "request_id": str(turn.number)})


def read_generation(body: Json) -> Question:
    """Speech to make (``input.text`` and a voice), or messages to answer, sound among them.

    Raises:
        BadRequest: When there is neither.
    """
    inputs: Json = body.get("input") or {}
    if inputs.get("text"):
        options = {"voice": inputs.get("voice")}
        said = [Message(role="user", text=inputs["text"])]
        return Question(task=Task.SPEAK, model=body["model"], messages=said, options=options)
    raw: list[Json] = inputs.get("messages") or []
    if not raw:
        raise BadRequest(invalid("input.text or input.messages is required"))
    sounds = [part["audio"] for part in _parts(raw) if "audio" in part]
    parameters: Json = body.get("parameters") or {}
    return Question(
        task=Task.HEAR if sounds else Task.CHAT,
        model=body["model"],
        messages=[Message(role=message["role"], text=content_text(message["content"])) for message in raw],
        audio=b"".join(map(decoded, sounds)),
        options=parameters.get("asr_options") or {},
    )


def write_generation(turn: Turn) -> Reply:
    """Speech as a URL or as a stream of base64; text as a message."""
    usage = {"input_tokens": turn.prompt_tokens, "output_tokens": turn.output_tokens}
    head: Json = {"request_id": str(turn.number), "usage": usage}
    if turn.question.task is Task.SPEAK:
        return _speech(turn, head | {"usage": {"characters": billed_characters(turn.question.text)}})
    message = {"role": "assistant", "content": [{"text": turn.answer.text}]}
    choice = {"finish_reason": "length" if turn.answer.is_cut else "stop", "message": message}
    return whole({**head, "output": {"choices": [choice]}}, tokens=turn.output_tokens)


def read_transcription(body: Json) -> Question:
    """Files to be heard, each by its URL.

    Raises:
        BadRequest: When there is none.
    """
    inputs: Json = body.get("input") or {}
    urls: list[str] = inputs.get("file_urls") or ([inputs["file_url"]] if inputs.get("file_url") else [])
    if not urls:
        raise BadRequest(invalid("input.file_urls is required"))
    return Question(
        task=Task.HEAR, model=body["model"], audio="\n".join(urls).encode(), options={"urls": urls}
    )


def write_transcription(turn: Turn) -> Reply:
    """A task that is done when it is polled for the second time."""
    task_id = f"task-{turn.number}"
    name = f"{task_id}.json"
    sentence = {"begin_time": 0, "end_time": 1000, "text": turn.answer.text, "sentence_id": 1}
    transcript = {"channel_id": 0, "text": turn.answer.text, "sentences": [sentence]}
    urls: list[str] = [*turn.question.options["urls"]]
    turn.memory.files[name] = dump({"file_url": urls[0], "transcripts": [transcript]}).encode()
    result = {"transcription_url": f"{turn.base_url}/_files/{name}", "subtask_status": "SUCCEEDED"}
    results = [{"file_url": url, **result} for url in urls]
    turn.memory.tasks[task_id] = {"task_id": task_id, "results": results, "result": result, "polls": 0}
    output = {"task_id": task_id, "task_status": "PENDING"}
    return whole({"output": output, "request_id": str(turn.number)})


def read_task(body: Json) -> Question:
    """No question: the task is in the path."""
    del body
    return Question(task=Task.LIST)


def write_task(turn: Turn) -> Reply:
    """How far a task is.

    Raises:
        BadRequest: For a task that never was.
    """
    task = turn.memory.tasks.get(turn.path["task_id"])
    if task is None:
        raise BadRequest(_NO_TASK)
    task["polls"] += 1
    head: Json = {"request_id": str(turn.number)}
    if task["polls"] == 1:
        return whole({**head, "output": {"task_id": task["task_id"], "task_status": "RUNNING"}})
    output = {name: task[name] for name in ("task_id", "results", "result")} | {"task_status": "SUCCEEDED"}
    return whole({**head, "output": output, "usage": {"duration": _FILE_SECONDS}})


def _speech(turn: Turn, head: Json) -> Reply:
    sound = samples(turn.question.text)
    turn.memory.remember(sound, turn.question.text)
    name = f"speech-{turn.number}.wav"
    turn.memory.files[name] = wav(sound)
    url = {"id": f"audio_{turn.number}", "url": f"{turn.base_url}/_files/{name}", "expires_at": 2**31}
    if turn.body.get("stream") is not True:
        return whole({**head, "output": {"finish_reason": "stop", "audio": {**url, "data": ""}}})
    outputs: list[Json] = [
        *({"finish_reason": "null", "audio": {"data": piece}} for piece in base64_pieces(sound)),
        {"finish_reason": "stop", "audio": {**url, "data": ""}},
    ]
    frames = [Frame(event({**head, "output": output}, "result"), 1) for output in outputs]
    return stream(frames, error_event=_ERROR_EVENT)


def _document_text(document: Any) -> str:
    return document if isinstance(document, str) else dump(document.get("text", document))


def _parts(raw: Iterable[Json]) -> list[Json]:
    contents: list[str | list[Json]] = [message["content"] for message in raw]
    return [part for content in contents if not isinstance(content, str) for part in content]


_NO_TASK = Failure(
    status=404, message="no such task", openai="not_found", anthropic="not_found_error", dashscope="NotFound"
)
