"""A chat model as a translator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from prompts import PROMPTS
from tools.errors import ModelAnswerInvalid
from tools.llm.structured import NoUsableAnswer, Problem, Question, ask
from tools.translation.engine import ModelEngine
from tools.translation.glossary import Term
from tools.translation.ladder import Item

_PROMPT = PROMPTS["translate/segments.en"]
_LONGEST_SUMMARY = 600  # characters


class Translation(BaseModel):
    """One segment's."""

    id: str
    text: str


class Translations(BaseModel):
    """The answer to prompts/translate/segments."""

    translations: list[Translation]


def _require_summary(schema: dict[str, Any]) -> None:
    schema["required"].append("summary")


class Summarised(Translations):
    """The same, with what the text tells up to here."""

    model_config = ConfigDict(json_schema_extra=_require_summary)

    summary: str = ""  # a model that forgets it has translated all the same


@dataclass(slots=True, kw_only=True)
class ChatEngine(ModelEngine):
    """Asks a chat model."""

    async def translate(self, items: Sequence[Item]) -> Mapping[str, str]:
        """Ask for all of them at once; see ``ladder.Engine``."""
        question = Question(
            instructions=_PROMPT.render(),
            data=self._data(items),
            schema=Summarised if self.context.asks_for_summary else Translations,
            check=_nothing,
            prompt=_PROMPT,
        )
        try:
            answer = await ask(self.models, self.role, question, repairs=0)
        except NoUsableAnswer as error:
            self.usage += error.usage
            raise
        self.usage += answer.usage
        if isinstance(answer.value, Summarised):
            self.summary = answer.value.summary.strip()[:_LONGEST_SUMMARY]
        return _by_id(answer.value)

    def _data(self, items: Sequence[Item]) -> dict[str, Any]:
        context = self.context
        data: dict[str, Any] = {
            "source_language": context.source,
            "target_language": context.target,
            "style": dict(context.style),
            "glossary": [_entry(term) for term in context.terms],
            "summary": context.summary,
            "memory": [list(pair) for pair in context.memory],
            "before": [list(pair) for pair in context.before],
            "after": list(context.after),
        }
        return {name: value for name, value in data.items() if value or name.endswith("language")} | {
            "segments": [self._segment(item) for item in items]
        }

    def _segment(self, item: Item) -> dict[str, Any]:
        segment: dict[str, Any] = {"id": item.id, "text": item.words}
        if note := self.context.notes.get(item.id):
            segment["note"] = note
        if limit := self.context.limits.get(item.id):
            segment["max_characters"] = limit
        if item.complaints:
            segment |= {"previous": item.previous, "wrong": list(item.complaints)}
        return segment


def _entry(term: Term) -> list[Any]:
    is_fixed = term.is_exact or term.is_case_sensitive
    return [term.source, list(term.targets), *(["exact"] if is_fixed else [])]


def _nothing(_: Translations) -> list[Problem]:
    """The ladder judges each translation itself."""
    return []


def _by_id(answer: Translations) -> dict[str, str]:
    """Translations by id; an id that comes twice with different texts is no answer to its question."""
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for translation in answer.translations:
        if found.setdefault(translation.id, translation.text) != translation.text:
            doubtful.add(translation.id)
    if not found:
        raise ModelAnswerInvalid("the model's answer holds no translation")
    return {id: text for id, text in found.items() if id not in doubtful}
