"""How the assistant answers: by a model held to its evidence, or by rules."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import uuid4

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from graphs.assistant.jobs import JobTool
from graphs.assistant.state import Attached, State
from prompts import PROMPTS
from tools.assistant.call_answers import with_answers
from tools.assistant.claims import unsupported
from tools.assistant.menu import Tongue, ask_for, menu, read_wish, tongue_of
from tools.llm.chat import converse
from tools.llm.chat_models import ChatModels
from tools.llm.chat_request import ChatRequest

LOOK: Mapping[str, Any] = {
    "type": "function",
    "function": {
        "name": "look_at_result",
        "description": "Read a part of a job's result in full.",
        "parameters": {
            "type": "object",
            "properties": {
                "call_id": {"type": "string", "description": "Of the job's call, as its answer names it."},
                "path": {"type": "string", "description": 'Such as "characters.0.name"; "" is all.'},
            },
            "required": ["call_id", "path"],
            "additionalProperties": False,
        },
    },
}
_HEADS = {
    "en": {
        "error": "The job did not end with a result:",
        "success": "The job has ended. Its result:",
        "untranslated": "The job has ended, but nothing was translated. Its result:",
    },
    "zh": {
        "error": "任务没有得到结果：",
        "success": "任务已结束，结果如下：",
        "untranslated": "任务已结束，但没有翻译：生成的文件仍是原文。结果如下：",
    },
}
_MOST = 60  # messages of a conversation that a model is shown
_WITHHELD: Mapping[Tongue, str] = {
    "en": "I withheld my answer: it named things that nothing in this conversation supports ({claims})."
    " Ask me to look at a part of the result.",
    "zh": "我没有给出回答，因为其中提到了对话里没有依据的内容（{claims}）。请让我查看结果的某一部分。",
}
_CORRECTION = (
    "Your draft said what nothing in this conversation supports: {claims}."
    " Answer again without it, or look it up with a tool."
)


async def by_model(models: ChatModels, state: State, jobs: Mapping[str, JobTool]) -> AIMessage:
    """The model's next message, which claims nothing that nobody said and no tool returned.

    Raises:
        ModelError: As tools.llm.chat.converse does.
    """
    shown = with_answers(_shown(state["messages"]))
    tongue = tongue_of(_last_wish(state["messages"]))
    tools = [*(job.as_tool() for job in jobs.values()), LOOK]
    prompt = SystemMessage(PROMPTS[f"assistant/chat.{tongue}"].text)
    evidence, has_result = _evidence(state["messages"]), bool(state.get("results"))
    claims: list[str] = []
    for _ in range(2):
        correction = [HumanMessage(_CORRECTION.format(claims=json.dumps(claims)))] if claims else []
        request = ChatRequest(messages=[prompt, *shown, *correction], tools=tools)
        said = (await converse(models, "primary", request)).value
        if said.calls:
            # Ids of our own: some servers count from the start with every answer.
            calls = [{**call, "id": _call_id()} for call in said.tool_calls]
            return AIMessage(content=said.text, tool_calls=calls, id=str(uuid4()))
        claims = unsupported(said.text, evidence, has_result=has_result)
        if not claims:
            return AIMessage(content=said.text, id=str(uuid4()))
    text = _WITHHELD[tongue].format(claims=", ".join(claims))
    return AIMessage(content=text, id=str(uuid4()), response_metadata={"withheld": claims})


def by_rules(state: State, jobs: Mapping[str, JobTool]) -> AIMessage:
    """What rules make of the conversation; marked, for it is no model's."""
    messages = state["messages"]
    wish_text = _last_wish(messages)
    tongue = tongue_of(wish_text)
    last = messages[-1]
    marked = {"id": str(uuid4()), "response_metadata": {"mode": "offline"}}
    if isinstance(last, ToolMessage):
        return AIMessage(content=_told(last, tongue), **marked)
    wish = read_wish(wish_text, _files_of(messages, state.get("attached", [])), list(jobs))
    if wish.job is None:
        return AIMessage(content=menu({name: job.title for name, job in jobs.items()}, tongue), **marked)
    if wish.missing:
        return AIMessage(content=ask_for(wish.missing, tongue), **marked)
    call = {"name": wish.job, "args": wish.arguments, "id": _call_id()}
    return AIMessage(content="", tool_calls=[call], **marked)


def _call_id() -> str:
    return f"call_{uuid4().hex[:12]}"


def _shown(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """The end of a conversation, from a user's message on: a tool's answer needs its call before it."""
    start = max(0, len(messages) - _MOST)
    while start < len(messages) and not isinstance(messages[start], HumanMessage):
        start += 1
    return list(messages[start:])


def _evidence(messages: Sequence[AnyMessage]) -> list[str]:
    """What users said, tools returned, and calls were given."""
    said = [message.text for message in messages if isinstance(message, HumanMessage | ToolMessage)]
    calls = [
        call["args"] for message in messages if isinstance(message, AIMessage) for call in message.tool_calls
    ]
    return [*said, *(json.dumps(call, ensure_ascii=False) for call in calls)]


def _last_wish(messages: Sequence[AnyMessage]) -> str:
    return next((message.text for message in reversed(messages) if isinstance(message, HumanMessage)), "")


def _files_of(messages: Sequence[AnyMessage], attached: Sequence[Attached]) -> list[Mapping[str, str]]:
    """The files that the user's last message names."""
    wish = _last_wish(messages)
    return cast("list[Mapping[str, str]]", [each for each in attached if each["file_id"] in wish])


def _told(answer: ToolMessage, tongue: Tongue) -> str:
    """A tool's answer, said by rules."""
    is_without = answer.status == "success" and _is_untranslated(json.loads(answer.text)["result"])
    head = _HEADS[tongue]["untranslated" if is_without else answer.status]
    return f"{head}\n\n```json\n{answer.text}\n```"


def _is_untranslated(result: Mapping[str, Any]) -> bool:
    """Whether a job was to translate and its files hold the source alone."""
    targets: Mapping[str, Mapping[str, Any]] = result.get("targets") or {}
    return bool(targets) and not any(target.get("translated") for target in targets.values())
