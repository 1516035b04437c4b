"""Where the answers come from: gold data, a script, a recording, or chance."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import orjson

from evals.model_server.gold import from_gold
from evals.model_server.question import Answer, Answerer, Json, NoAnswer, Question, ToolCall, dump
from evals.model_server.random_values import RandomAnswers

Scripted = str | Mapping[str, Any] | Answer
"""An answer: its text, JSON, or everything. ``{"tool": name, "arguments": {...}}`` is a tool call."""


@dataclass(slots=True, kw_only=True)
class Rule:
    """Answers for the questions that it fits, one each, in order."""

    answers: list[Scripted]
    match: str = ""  #: A regular expression that is sought in all messages.
    model: str = ""  #: A regular expression that is sought in the model's name.
    task: str = ""  #: Of Task; "" for every one.
    repeats_last: bool = False  #: When all are used up, the last comes again.

    def fits(self, question: Question) -> bool:
        """Whether the rule has an answer to this question."""
        text = "\n".join(message.text for message in question.messages)
        return (
            bool(self.answers)
            and self.task in ("", question.task)
            and re.search(self.model, question.model) is not None
            and re.search(self.match, text) is not None
        )

    def take(self) -> Answer:
        """The next answer."""
        is_kept = self.repeats_last and len(self.answers) == 1
        return as_answer(self.answers[0] if is_kept else self.answers.pop(0))


@dataclass(slots=True)
class Answers:
    """Answers questions in one of four modes; make one with a class method.

    Args:
        answer: Raises NoAnswer where it has none.
        mode: Its name, for the log.
    """

    answer: Answerer
    mode: str = "function"
    rules: list[Rule] = field(default_factory=list[Rule])  #: Of a script: what is left.

    def __call__(self, question: Question) -> Answer:
        """The answer to one question."""
        return self.answer(question)

    @classmethod
    def of(cls, answer: Callable[[Question], Scripted]) -> "Answers":
        """From a function that sees the whole question."""
        return cls(lambda question: as_answer(answer(question)))

    @classmethod
    def oracle(cls, gold: Callable[[Json], Scripted] | Mapping[str, Any] | Path) -> "Answers":
        """From gold data.

        Args:
            gold: A function of the question's JSON material; or question -> answer; or a JSON file of such
                a mapping, or a JSONL file of ``{"question": ..., "answer": ...}``. A mapping also answers
                material that holds several of its questions under ids.
        """
        if isinstance(gold, Path):
            gold = read_pairs(gold, "question")
        if isinstance(gold, Mapping):
            pairs = cast("Mapping[str, Any]", gold)
            return cls(lambda question: as_answer(from_gold(pairs, question)), "oracle")
        function = gold
        return cls(lambda question: as_answer(function(question.data)), "oracle")

    @classmethod
    def scripted(cls, *answers: Scripted | Rule) -> "Answers":
        """One answer after the other; a Rule holds those for the questions that it fits."""
        rules = [answer for answer in answers if isinstance(answer, Rule)]
        rest = [answer for answer in answers if not isinstance(answer, Rule)]
        return cls._of_rules([*rules, Rule(answers=rest)] if rest else rules)

    @classmethod
    def replay(cls, recorded: Mapping[str, Any] | Path) -> "Answers":
        """Recorded answers by Question.prompt_hash.

        Args:
            recorded: prompt hash -> answer, or a JSON or JSONL file (fields ``prompt_hash`` and ``answer``,
                as the rows of the log have them).
        """
        pairs = read_pairs(recorded, "prompt_hash") if isinstance(recorded, Path) else recorded

        def answer(question: Question) -> Answer:
            if question.prompt_hash not in pairs:
                raise NoAnswer(f"nothing is recorded for prompt {question.prompt_hash}")
            return as_answer(pairs[question.prompt_hash])

        return cls(answer, "replay")

    @classmethod
    def random(cls, seed: int = 1) -> "Answers":
        """Valid by the question's JSON schema, or a few words; the same for the same seed and prompt."""
        return cls(RandomAnswers(seed), "random")

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "Answers":
        """From JSON: ``mode``, and the ``gold``, ``rules``, ``answers``, ``recorded`` or ``seed`` of it.

        Raises:
            ValueError: For an unknown mode, or one without its field.
        """
        match values:
            case {"mode": "oracle", "gold": {} as gold}:
                return cls.oracle(cast("Json", gold))
            case {"mode": "scripted", "rules": [*rules]}:
                return cls.scripted(*[Rule(**rule) for rule in cast("list[Json]", rules)])
            case {"mode": "scripted", "answers": [*answers]}:
                return cls.scripted(*cast("list[str | Json]", answers))
            case {"mode": "replay", "recorded": {} as recorded}:
                return cls.replay(cast("Json", recorded))
            case {"mode": "random"}:
                return cls.random(int(values.get("seed", 1)))
            case _:
                raise ValueError(
                    "give mode oracle + gold, scripted + rules or answers, replay + recorded, or random"
                )

    @classmethod
    def _of_rules(cls, rules: list[Rule]) -> "Answers":
        def answer(question: Question) -> Answer:
            for rule in rules:
                if rule.fits(question):
                    return rule.take()
            raise NoAnswer("no rule of the script has an answer left for this question")

        return cls(answer, "scripted", rules)


def as_answer(value: object) -> Answer:
    """A full answer from any of the short forms."""
    match value:
        case Answer():
            return value
        case str():
            return Answer(text=value)
        case {"tool": str(name)}:
            arguments = cast("Json", value).get("arguments", {})
            return Answer(tool_calls=[ToolCall(name=name, arguments=arguments)])
        case _:
            return Answer(text=dump(value))


def read_pairs(path: Path, key: str) -> dict[str, Any]:
    """A JSON file of a mapping, or a JSONL file of objects with ``key`` and ``answer``."""
    text = path.read_bytes()
    if path.suffix != ".jsonl":
        return orjson.loads(text)
    rows: Iterable[Json] = (orjson.loads(line) for line in text.splitlines() if line.strip())
    return {row[key]: row["answer"] for row in rows}
