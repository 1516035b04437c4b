"""A model that only translates (Qwen-MT) as a translator: one text a call, and no instructions."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelRefused
from tools.llm.translation import TranslationOptions, translate
from tools.llm.usage import Usage
from tools.translation.engine import ModelEngine
from tools.translation.ladder import Item


@dataclass(slots=True, kw_only=True)
class MtEngine(ModelEngine):
    """Asks for one item after the other's sending."""

    async def translate(self, items: Sequence[Item]) -> Mapping[str, str]:
        """Ask for each of them; see ``ladder.Engine``. What is refused or unusable lacks."""
        answers = await asyncio.gather(*(self._ask(item) for item in items))
        return {item.id: answer for item, answer in zip(items, answers, strict=True) if answer is not None}

    async def _ask(self, item: Item) -> str | None:
        try:
            answered = await translate(self.models, item.words, self._options(), role=self.role)
        except ModelAnswerInvalid:
            self.usage += Usage(calls=1)
            return None
        except ModelRefused as error:
            if error.category is not ErrorCategory.CONTENT_FILTER:
                raise
            return None
        self.usage += answered.usage
        return answered.value

    def _options(self) -> TranslationOptions:
        context = self.context
        return TranslationOptions(
            target=context.target,
            source=context.source or "auto",
            terms={term.source: term.targets[0] for term in context.terms},
            memory={source: target for source, target in context.before if target},
            domain=" ".join(f"{name.capitalize()}: {value}." for name, value in context.style.items()),
        )
