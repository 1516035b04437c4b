"""The made-up conversation that the checkpointers are measured on, always the same one."""

import random
import uuid
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.checkpoint.base import Checkpoint, empty_checkpoint

MESSAGE_WORDS = 75  # with its envelope, a message is about 890 bytes
CONSTANT_BYTES = 50_000
_ONSETS = ("b", "br", "c", "d", "f", "gl", "h", "l", "m", "n", "p", "r", "s", "st", "t", "th", "v", "w")
_VOWELS = ("a", "e", "i", "o", "u", "ea", "ou")
_CODAS = ("", "n", "r", "s", "t", "ll", "nd", "ck")


class Conversation:
    """Messages of made-up words, as frequent as words of prose are: few often, many seldom."""

    def __init__(self) -> None:
        self._chance = random.Random(7)  # noqa: S311 - repeatable, guards nothing
        self._words = list(dict.fromkeys(self._word() for _ in range(6000)))
        self._weights = [1 / (rank + 3) for rank in range(len(self._words))]
        self.constant = {f"key {n}": self.text(15) for n in range(CONSTANT_BYTES // 105)}

    def _word(self) -> str:
        pick = self._chance.choice
        return "".join(pick(_ONSETS) + pick(_VOWELS) + pick(_CODAS) for _ in range(pick((1, 1, 2, 2, 3))))

    def text(self, words: int) -> str:
        """A text of some words."""
        return " ".join(self._chance.choices(self._words, self._weights, k=words))

    def message(self) -> AnyMessage:
        """A message as a graph of agents holds it."""
        name = str(uuid.UUID(int=self._chance.getrandbits(128)))
        text = self.text(MESSAGE_WORDS)
        if self._chance.random() < 0.5:
            return HumanMessage(text, id=name)
        about = {"model_name": "a-model", "finish_reason": "stop"}
        return AIMessage(text, id=name, response_metadata=about)


class Thread:
    """A thread that grows by some messages with each superstep and carries a constant channel."""

    def __init__(self, conversation: Conversation, messages_a_step: int, versions: Any) -> None:
        self._conversation = conversation
        self._messages_a_step = messages_a_step
        self._next_version = versions
        self.messages: list[AnyMessage] = []
        self._versions: dict[str, Any] = {}

    def step(self) -> tuple[Checkpoint, dict[str, Any], list[tuple[str, Any]]]:
        """The next checkpoint, the versions that are new with it, and what its task wrote."""
        added = [self._conversation.message() for _ in range(self._messages_a_step)]
        self.messages = [*self.messages, *added]
        changed = ["messages"] if self._versions else ["messages", "constant"]
        for channel in changed:
            self._versions[channel] = self._next_version(self._versions.get(channel), None)
        checkpoint = empty_checkpoint()
        checkpoint["channel_values"] = {
            "messages": self.messages,
            "constant": self._conversation.constant,
        }
        checkpoint["channel_versions"] = dict(self._versions)
        return checkpoint, {name: self._versions[name] for name in changed}, [("messages", added)]
