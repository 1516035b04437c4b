"""Answers by chance that are valid all the same."""

import random
from collections.abc import Sequence
from typing import Any

from evals.model_server.question import Answer, Json, Question, Task, ToolCall, dump

_WORDS = (
    *("river", "morning", "letter", "quiet", "garden", "seldom", "answer", "window"),
    *("paper", "stone", "bright", "harbour", "winter", "careful", "music"),
)
_MOST_ITEMS = 3
_DEEPEST = 6  # of a schema that refers to itself


class RandomAnswers:
    """Draws from the seed and the prompt, so that the order of requests does not matter."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed

    def __call__(self, question: Question) -> Answer:
        """JSON that fits the schema, a tool call where one must come, or a few words."""
        draw = _Draw(random.Random(f"{self._seed}:{question.prompt_hash}"))  # noqa: S311 - repeatable, not secret
        if question.heard and question.task is Task.HEAR:
            return Answer(text=question.heard)
        if question.must_call and question.tools:
            name = question.must_call if question.must_call in question.tools else next(iter(question.tools))
            return Answer(tool_calls=[ToolCall(name=name, arguments=draw.value(question.tools[name]))])
        if question.schema is not None:
            return Answer(text=dump(draw.value(question.schema)))
        if question.wants_json or question.task is Task.CUSTOM:
            return Answer(text=dump({"answer": draw.words()}))
        return Answer(text=draw.words(), reasoning=draw.words() if question.thinks else "")


class _Draw:
    def __init__(self, random_: random.Random) -> None:
        self._random = random_

    def words(self) -> str:
        count = self._random.randint(5, 12)
        return " ".join(self._random.choice(_WORDS) for _ in range(count))

    def value(self, schema: Json) -> Any:
        return self._value(schema, schema, 0)

    def _value(self, schema: Json, root: Json, depth: int) -> Any:
        if "$ref" in schema:
            return self._value(_resolve(schema["$ref"], root), root, depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        for union in ("anyOf", "oneOf", "allOf"):
            if union in schema:
                return self._value(self._branch(schema[union], depth), root, depth + 1)
        return self._plain(schema, root, depth)

    def _branch(self, branches: Sequence[Json], depth: int) -> Json:
        """Any of them; deep down, null where it is allowed, so that it ends."""
        nulls = [branch for branch in branches if branch.get("type") == "null"]
        return nulls[0] if nulls and depth > _DEEPEST else self._random.choice(branches)

    def _plain(self, schema: Json, root: Json, depth: int) -> Any:
        match _type(schema):
            case "object":
                fields = schema.get("properties", {}).items()
                return {name: self._value(field, root, depth + 1) for name, field in fields}
            case "array":
                return self._items(schema, root, depth)
            case "integer":
                return self._random.randint(*_bounds(schema))
            case "number":
                return round(self._random.uniform(*_bounds(schema)), 3)
            case "boolean":
                return self._random.random() < 0.5
            case "null":
                return None
            case _:
                return self._text(schema)

    def _items(self, schema: Json, root: Json, depth: int) -> list[Any]:
        fewest = schema.get("minItems", 0 if depth > _DEEPEST else 1)
        most = min(schema.get("maxItems", fewest + _MOST_ITEMS), fewest + _MOST_ITEMS)
        count = fewest if depth > _DEEPEST else self._random.randint(fewest, max(fewest, most))
        return [self._value(schema.get("items", {}), root, depth + 1) for _ in range(count)]

    def _text(self, schema: Json) -> str:
        text = self._random.choice(_WORDS)
        while len(text) < schema.get("minLength", 0):
            text += " " + self._random.choice(_WORDS)
        return text[: schema.get("maxLength", len(text))]


def _type(schema: Json) -> str:
    kind: str | list[str] = schema.get("type", "object" if "properties" in schema else "string")
    return kind if isinstance(kind, str) else kind[0]


def _bounds(schema: Json) -> tuple[int, int]:
    low = int(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1))
    return low, int(schema.get("maximum", schema.get("exclusiveMaximum", low + 101) - 1))


def _resolve(reference: str, root: Json) -> Json:
    found: Any = root
    for name in reference.removeprefix("#/").split("/"):
        found = found[name] if name != "#" else root
    return found
