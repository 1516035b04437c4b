"""The nodes that cast: who has which voice, what speaking will take, and what a person says to both."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from langgraph.types import interrupt
from pydantic import BaseModel, ConfigDict, ValidationError

from graphs.audiobook import editing
from graphs.audiobook.reading import read_text
from graphs.audiobook.requests import request_for, sound_name
from graphs.audiobook.stage import Stage, find_stage
from graphs.audiobook.state import CastPart, Estimate, ScriptLine, State, Update
from graphs.characters.estimate import CHARACTERS_PER_TOKEN
from graphs.errors import explain_invalid
from graphs.model_calls import expect
from graphs.progress import Meter, ReviewWanted, emit
from tools.audiobook.casting import Part, Role, scenes_of
from tools.audiobook.casting import cast as cast_roles
from tools.audiobook.lines import NARRATOR, Kind
from tools.audiobook.timeline import expected_seconds
from tools.audiobook.voices import Age, Style
from tools.errors import InvalidInput
from tools.llm.calling import priced
from tools.llm.chat_models import current
from tools.llm.usage import Usage
from tools.storage import base as storage

SUBJECT = "audiobook"
UNSURE = 0.7  #: Attributions less likely to be right than this are shown to a person.
_AGES: dict[str, Age] = {"child": "child", "teen": "young", "adult": "adult", "senior": "old"}


class Verdict(BaseModel):
    """What a person answers: edits, whose consequences are shown again, or that it is good so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: Literal["go"] | None = None
    edits: list[Any] = []


async def cast_voices(state: State) -> Update:
    """Voices for the narrator and for everybody who speaks.

    Raises:
        Unavailable: Nothing here speaks.
        InvalidInput: A voice that a person chose is none.
    """
    meter = Meter(stage="casting", total=1, unit="casts")
    meter.start()
    stage = await find_stage(state["spoken"])
    chosen: dict[str, str] = state["locks"]["voices"]
    await stage.check(chosen.values())
    roles = _roles(state)
    quotations = [(q["chapter"], q["speaker_id"]) for q in state["quotes"]]
    scenes = scenes_of(quotations)
    parts = await asyncio.to_thread(cast_roles, roles, stage.voices, scenes, chosen, _earlier(state, roles))
    voices = {part.role: part.voice for part in parts}
    lines = [
        ScriptLine(**{**line, "voice": voices[line["speaker_id"] or NARRATOR]})  # type: ignore[typeddict-item]
        for line in state["lines"]
    ]
    meter.finish()
    return {"cast": [_pack(part, role) for part, role in zip(parts, roles, strict=True)], "lines": lines}


def _earlier(state: State, roles: Sequence[Role]) -> dict[str, str]:
    """The voices of the thread's last cast, but for those that a person has freed, or wants otherwise."""
    chosen = state["locks"]["voices"]
    wanted = {role.id: (role.gender, role.age, [*role.styles]) for role in roles}
    return {
        part["role"]: part["voice"]
        for part in state.get("cast") or []
        if (not part["is_locked"] or part["role"] in chosen)
        and wanted.get(part["role"]) == (part["gender"], part["age"], part["styles"])
    }


def _roles(state: State) -> list[Role]:
    counts = Counter(line["speaker_id"] or NARRATOR for line in state["lines"])
    styles: dict[str, list[Style]] = state["locks"]["styles"]
    people = [one for one in state["characters"] if counts[one["id"]]]
    people.sort(key=lambda one: counts[one["id"]], reverse=True)
    everybody: list[dict[str, Any]] = [{"id": NARRATOR, "canonical_name": NARRATOR}, *people]
    return [_role(one, counts[one["id"]], styles.get(one["id"], [])) for one in everybody]


def _role(known: dict[str, Any], lines: int, styles: Sequence[Style]) -> Role:
    gender = known.get("gender")
    return Role(
        id=known["id"],
        name=known["canonical_name"],
        lines=lines,
        gender=gender if gender in ("male", "female") else None,
        age=_AGES.get(known.get("age", "")),
        styles=tuple(styles),
    )


def _pack(part: Part, role: Role) -> CastPart:
    return CastPart(
        role=part.role,
        name=role.name,
        voice=part.voice,
        gender=role.gender,
        age=role.age,
        styles=[*role.styles],
        lines=role.lines,
        is_locked=part.is_locked,
        score=part.score,
        talks_with=[*part.talks_with],
        too_close_to=[*part.too_close_to],
    )


async def estimate(state: State) -> Update:
    """How long the book will be, and what speaking it takes: only what has not been spoken yet.

    Raises:
        BudgetSpent: Less is left than that.
    """
    stage = await find_stage(state["spoken"])
    lines = wanted_lines(state)
    source = await read_text(state["text_file_id"])
    speed, takes = state["given"]["options"]["speed"], state["locks"]["takes"]
    requests = [request_for(line, source, stage, speed, takes) for line in lines]
    names = {sound_name(request) for request in requests if request is not None}
    known = await storage.current().find(names)
    left = [request for request in requests if request is not None and sound_name(request) not in known]
    distinct = {sound_name(request): len(request.text) for request in left}
    said = sum(len(request.text) for request in requests if request is not None)
    slowed = sum(len(request.text) / request.speed for request in requests if request is not None)
    pauses = sum(line["pause_ms"] for line in lines)
    seconds = expected_seconds(slowed, pauses, language=state["spoken"], engine=stage.engine)
    cost, currency = await _cost(stage, len(distinct), sum(distinct.values()))
    return {
        "estimate": Estimate(
            lines=len(lines),
            characters=said,
            seconds=round(seconds, 1),
            to_speak=len(distinct),
            engine=stage.engine,
            cost=cost,
            currency=currency,
        )
    }


def wanted_lines(state: State) -> list[ScriptLine]:
    """The lines that are to be heard."""
    chapters = set(state["given"]["options"]["chapters"])
    return [line for line in state["lines"] if not chapters or line["chapter"] in chapters]


async def _cost(stage: Stage, calls: int, characters: int) -> tuple[float | None, str | None]:
    """What a model takes; None where no price is known. This machine's own voices cost nothing."""
    if not stage.is_model:
        return 0.0, None
    if not calls:
        return 0.0, None
    models = await current()
    least = Usage(calls=calls, input_tokens=int(characters / CHARACTERS_PER_TOKEN[stage.language]))
    await expect("tts", least)
    found = priced(models, "tts", least)
    return found.cost, found.currency


async def show_plan(state: State) -> Update:
    """Say on the stream what a person is asked to look at."""
    emit(ReviewWanted(subject=SUBJECT, items=tuple(unsure_quotes(state))))
    return {}


async def review_plan(state: State) -> Update:
    """Wait for a person: ``{"decision": "go"}``, or ``{"edits": ...}`` to see what becomes of them."""
    answer: Any = interrupt(
        {
            "subject": SUBJECT,
            "items": unsure_quotes(state),
            "people": [item for item in state["unsure"] if item["kind"] == "alias"],
            "cast": state["cast"],
            "estimate": state["estimate"],
            "problems": state["problems"],
        }
    )
    try:
        given = Verdict.model_validate(answer)
    except ValidationError as error:
        return {"problems": [explain_invalid(error, Verdict).message], "decided": False}
    source = await read_text(state["text_file_id"])
    try:
        await (await find_stage(state["spoken"])).check(editing.voices_in(given.edits))
        await asyncio.to_thread(editing.take, state, given.edits, source, state["lines"])
    except InvalidInput as error:
        return {"problems": [error.message], "decided": False}
    is_decided = given.decision == "go" and not given.edits
    return {"problems": [], "wanted": given.edits, "decided": is_decided}


def unsure_quotes(state: State) -> list[dict[str, Any]]:
    """Quotations whose speaker is not known, or only by a weak rule."""
    spoken = {line["quote_id"] for line in state["lines"] if line["kind"] == Kind.QUOTATION}
    wanted = ("id", "chapter", "start", "end", "text", "speaker_id", "speaker", "confidence")
    return [
        {name: quote[name] for name in wanted}
        for quote in state["quotes"]
        if quote["id"] in spoken and quote["confidence"] < UNSURE
    ]
