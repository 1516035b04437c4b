"""Translation by models that do nothing else: Qwen-MT."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import HumanMessage

from tools.errors import InvalidInput, ModelRefused
from tools.llm.calling import Call, perform
from tools.llm.chat import send_chat
from tools.llm.chat_models import ChatModels
from tools.llm.chat_request import ChatRequest
from tools.llm.choices import ModelChoice
from tools.llm.roles import Role
from tools.llm.usage import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationOptions:
    """How a text is to be translated."""

    target: str  #: A language as the provider names it, such as "English" or "zh".
    source: str = "auto"
    terms: Mapping[str, str] = field(default_factory=dict[str, str])  #: Word -> how it is to be translated.
    memory: Mapping[str, str] = field(default_factory=dict[str, str])  #: Sentences translated before.
    domain: str = ""  #: The field and the style, in English sentences.

    def fields(self) -> dict[str, Any]:
        """The options as Qwen-MT takes them."""
        given = {
            "terms": _pairs(self.terms),
            "tm_list": _pairs(self.memory),
            "domains": self.domain,
        }
        languages = {"source_lang": self.source, "target_lang": self.target}
        return languages | {name: value for name, value in given.items() if value}


async def translate(
    models: ChatModels,
    text: str,
    options: TranslationOptions,
    *,
    role: Role = "translate",
    on_text: Callable[[str], None] | None = None,
) -> Answered[str]:
    """The text in another language.

    Args:
        models: The models of the run.
        text: The text. It is all that such a model reads: it follows no instructions.
        options: How it is to be translated.
        role: Which model to ask.
        on_text: Given each piece as it comes; after a break the pieces begin again.

    Raises:
        InvalidInput: The text is empty.
        ModelUnavailable: No answer came, however often the request was repeated.
        ModelRefused: The provider will not answer, or the role is played by a model that can do more than
            translate: it is to be asked with a prompt.
        ModelAnswerInvalid: The translation is empty, or was cut.
    """
    if not text.strip():
        raise InvalidInput("there is no text to translate", code="empty_text")
    extra = {"translation_options": options.fields()}
    request = ChatRequest(messages=[HumanMessage(text)], extra=extra)
    is_told = False

    async def send(choice: ModelChoice) -> Answered[str]:
        if choice.ability != "translation":
            raise ModelRefused(
                f"{choice.name!r} takes no translation options",
                hint="Ask it with a prompt, or let a model such as dashscope:qwen-mt-plus play the role.",
                code="model_unfit",
            )
        nonlocal is_told
        is_told = True
        answered = await send_chat(models, choice, request, on_text=on_text)
        return Answered(value=answered.value.text, usage=answered.usage)

    call = Call(role=role, operation="translation", send=send, request=request.as_json())
    answered = await perform(models, call)
    if not is_told and on_text is not None:  # it comes from a cache
        on_text(answered.value)
    return answered


def _pairs(translations: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"source": source, "target": target} for source, target in translations.items()]
