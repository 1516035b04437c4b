"""The nodes that say what a film's words are about: feelings by line, and a script that retells them."""

from dataclasses import asdict
from typing import Any

from graphs.model_calls import counted_calls
from graphs.progress import Meter
from graphs.video.cues import unpack
from graphs.video.films import keep_subtitles, named
from graphs.video.request import Recap
from graphs.video.state import State, Update
from tools.llm.chat_models import current
from tools.subtitles.cues import Cue
from tools.subtitles.markup import visible
from tools.video.emotions import Label, batches, label_batch, summary
from tools.video.recap import RecapPart, Wish, retell, stretches
from tools.video.srt_text import srt_text


async def label_emotions(state: State) -> Update:
    """Label every line; without a model nothing is labelled, which the warnings say."""
    models = await current()
    if models.choice("fast") is None:
        return {}
    lines = [(str(cue["id"]), visible(cue["text"], "srt")) for cue in state["cues"]]
    meter = Meter(stage="label_emotions", total=len(lines), unit="segments")
    meter.start()
    labels: dict[str, Label] = {}
    with counted_calls() as consumed:
        for first in batches(len(lines)):
            labels |= await label_batch(models, lines, first)
            meter.advance(batches(len(lines)).step)
    meter.finish()
    told = summary(labels, [id for id, _ in lines])
    return {"emotions": told, "usages": [consumed.fields()]}


async def write_recap(state: State) -> Update:
    """Retell the film; without a model nothing is retold, which the warnings say."""
    models = await current()
    if models.choice("primary") is None:
        return {}
    given = Recap.model_validate(state["given"]["write_recap"])
    cues = [
        Cue(id=c.id, start=c.start, end=c.end, text=visible(c.text, "srt")) for c in unpack(state["cues"])
    ]
    wish = Wish(language=given.language or state["spoken"], style=given.style, words=given.words)
    letters = max(1, sum(len(cue.text) for cue in cues))
    meter = Meter(stage="write_recap", total=len(cues), unit="segments")
    meter.start()
    parts: list[RecapPart] = []
    with counted_calls() as consumed:
        for stretch in stretches(cues):
            share = sum(len(cue.text) for cue in stretch) / letters
            so_far = " ".join(part.text for part in parts)
            parts += await retell(models, stretch, wish, share=share, so_far=so_far)
            meter.advance(len(stretch))
    meter.finish()
    script = [Cue(id=number, start=p.start, end=p.end, text=p.text) for number, p in enumerate(parts, 1)]
    file = await keep_subtitles(srt_text(script), named(state["source"], "recap", ".srt")) if script else None
    told: dict[str, Any] = {"language": wish.language, "parts": [asdict(p) for p in parts], "file": file}
    return {"recap": told, "usages": [consumed.fields()]}
