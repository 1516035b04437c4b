"""What an editor may change about a novel's result, one class for each operation.

Ids are those of the result that the editor saw. ``parse_edits`` checks forms alone; whether somebody of that
id exists is for graphs/characters/editing.py to see.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from graphs.characters import wishes
from graphs.characters.wishes import Wish
from tools.errors import InvalidInput
from tools.novels.types import Age, Gender, Importance

_MOST_EDITS = 10_000

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class _Edit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Merge(_Edit):
    """Several characters are one person, who keeps the first one's id and name."""

    op: Literal["merge"]
    id: str
    ids: list[str] = Field(min_length=1, description="Those who turn out to be the same person.")


class Split(_Edit):
    """Some of a character's names are another person's."""

    op: Literal["split"]
    id: str
    names: list[Name] = Field(min_length=1, description="The names that the new character takes along.")
    quotes: list[str] = Field(
        default_factory=list, description="Quotations that are the new one's, beside those its names show."
    )
    name: Name | None = Field(default=None, description="The new one's canonical name; else its most used.")


class Rename(_Edit):
    """A character's canonical name; the one before stays an alias."""

    op: Literal["rename"]
    id: str
    name: Name


class Describe(_Edit):
    """What a character is like; fields that are not given stay."""

    op: Literal["describe"]
    id: str
    gender: Gender | None = None
    age: Age | None = None
    importance: Importance | None = None
    traits: list[Name] | None = Field(default=None, max_length=20)

    @model_validator(mode="after")
    def _says_something(self) -> "Describe":
        if all(value is None for value in (self.gender, self.age, self.importance, self.traits)):
            raise ValueError("give at least one of gender, age, importance and traits")
        return self


class Assign(_Edit):
    """Who says quotations; the fields that are not given stay. The same speaker again is a confirmation."""

    op: Literal["assign"]
    quotes: list[str] = Field(min_length=1)
    speaker_id: str | None = Field(default=None, description="null: nobody of the list.")
    addressee_id: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Assign":
        if self.model_fields_set.isdisjoint({"speaker_id", "addressee_id"}):
            raise ValueError("give at least one of speaker_id and addressee_id")
        return self


class Part(_Edit):
    """Two characters are two people: they are neither merged nor asked about again."""

    op: Literal["part"]
    ids: list[str] = Field(min_length=2, max_length=2)


class Add(_Edit):
    """A character whom nothing found."""

    op: Literal["add"]
    name: Name
    gender: Gender = "unknown"
    age: Age = "unknown"


class Remove(_Edit):
    """What was taken for a character is none; its quotations have no speaker any more."""

    op: Literal["remove"]
    id: str


class Undo(_Edit):
    """Takes an edit back: the last one that holds, or the one named."""

    op: Literal["undo"]
    edit: str | None = None


class Redo(_Edit):
    """Makes an edit hold again: the one taken back last, or the one named."""

    op: Literal["redo"]
    edit: str | None = None


Change = Merge | Split | Rename | Describe | Assign | Part | Add | Remove | Wish


class Line(_Edit):
    """The beginning of a quotation's words, and of those of its neighbours."""

    text: str
    before: str = ""
    after: str = ""


class Entry(_Edit):
    """An edit as a history keeps it."""

    id: str = Field(pattern="^e[0-9]{1,6}$")
    change: Annotated[Change, Field(discriminator="op")]
    undone: bool = False
    people: dict[str, list[str]] = Field(
        default_factory=dict[str, list[str]],
        description="The names of each character of the change, the canonical one first.",
    )
    lines: dict[str, Line] = Field(
        default_factory=dict[str, Line], description="Each quotation, or line of the script, of the change."
    )


Edit = Change | Undo | Redo | Entry

_COMMAND: TypeAdapter[Change | Undo | Redo] = TypeAdapter(
    Annotated[Change | Undo | Redo, Field(discriminator="op")]
)
OPERATIONS = ("merge", "split", "rename", "describe", "assign", "part", "add", "remove", "undo", "redo")
SPOKEN_OPERATIONS = (*OPERATIONS, *wishes.OPERATIONS)  #: Of a novel that is made an audiobook.


def parse_edits(values: Iterable[Any], operations: Sequence[str] = OPERATIONS) -> list[Edit]:
    """Edits as they come from outside: new ones, or entries of a history, such as another thread's.

    Args:
        values: The edits.
        operations: Those that may be made here.

    Raises:
        InvalidInput: Says which edit is wrong, and in which field.
    """
    given = list(values)
    if len(given) > _MOST_EDITS:
        raise InvalidInput(
            f"edits: {len(given):,} are more than {_MOST_EDITS:,}", hint="Send them in several runs."
        )
    return [_parse(number, value, operations) for number, value in enumerate(given)]


def _parse(number: int, value: Any, operations: Sequence[str]) -> Edit:
    try:
        if isinstance(value, dict) and "change" in value:
            edit = Entry.model_validate(value)
        else:
            edit = _COMMAND.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in ("edits", number, *first["loc"]))
        raise _refused(f"{place}: {first['msg'].removeprefix('Value error, ')}", operations) from None
    op = edit.change.op if isinstance(edit, Entry) else edit.op
    if op not in operations:
        raise _refused(f"edits.{number}: {op!r} is an edit of an audiobook", operations)
    return edit


def _refused(message: str, operations: Sequence[str]) -> InvalidInput:
    hint = f"An edit is an object whose op is one of {', '.join(operations)}."
    return InvalidInput(message, hint=hint, code="invalid_edit")
