"""Which column is the text, which the time, which are groups: found, and told with reasons."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from tools.errors import InvalidInput
from tools.topics.remarks import Remark
from tools.topics.tables.table import DOCUMENT_COLUMNS, Table
from tools.topics.times import read_moment

MOST_GROUP_COLUMNS = 10
MOST_GROUPS = 50  # of one column that are compared; the smaller ones are put together

_SAMPLE = 2000  # rows that are looked at
_TEXT = (
    *("text", "content", "cleaned_content", "clean_text", "body", "abstract", "summary", "comment", "review"),
    *("内容", "文本", "正文", "摘要", "评论"),
)
_TIME = (
    *("timestamp", "date", "datetime", "time", "year", "created_at", "publish_date", "published_at"),
    *("时间", "日期", "年份", "发布时间", "年"),
)
_LABEL = ("label", "labels", "category", "class", "target", "标签", "类别")
_ID = ("id", "uid", "uuid", "doc_id", "编号")
_GROUP_PREFIX = "cov_"
_LEAST_TEXT = 20  # characters on average, of a column that is taken for the text by its length
_MOST_NAME = 40  # characters of a group's name
_LEAST_DATES = 0.8  # of the filled cells
_LEAST_NAMED_DATES = 0.5  # of those of a column that is named as one of times
_MOST_TOLD = 10  # columns that a remark names


class Columns(BaseModel):
    """What each column is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    time: str | None = None
    groups: tuple[str, ...] = Field(default=(), max_length=MOST_GROUP_COLUMNS)
    label: str | None = None


def find_columns(table: Table) -> tuple[Columns, dict[str, str]]:
    """What the columns seem to be for, and why, by column.

    Raises:
        InvalidInput: "no_text_column".
    """
    samples = {name: _filled(values) for name, values in table.columns.items()}
    reasons: dict[str, str] = {}
    text = _text_column(samples, reasons)
    rest = [name for name in samples if name != text]
    time = _time_column(samples, rest, reasons)
    label = _named(rest, _LABEL)
    if label:
        reasons[label] = f"named {label!r}: the label"
    groups = [name for name in rest if name not in (time, label) and _is_group(name, samples[name], reasons)]
    for name in groups[MOST_GROUP_COLUMNS:]:
        reasons[name] = f"not used: {MOST_GROUP_COLUMNS} columns of groups are the most"
    return Columns(text=text, time=time, label=label, groups=tuple(groups[:MOST_GROUP_COLUMNS])), reasons


def unused(table: Table, columns: Columns) -> list[Remark]:
    """A remark that names the columns that are used for nothing, and why; documents have none of them."""
    used = {columns.text, columns.time, columns.label, *columns.groups}
    left = [name for name in table.columns if name not in used]
    if not left or tuple(table.columns) == DOCUMENT_COLUMNS:
        return []
    told = [f"{name} ({_why_unused(name, _filled(table.columns[name]))})" for name in left[:_MOST_TOLD]]
    more = f", and {len(left) - _MOST_TOLD} more" if len(left) > _MOST_TOLD else ""
    message = f"Columns that are used for nothing: {', '.join(told)}{more}."
    return [Remark(code="columns_not_used", message=message)]


def _why_unused(name: str, values: Sequence[str]) -> str:
    return _no_group(name, len(set(values)), values) or "not chosen"


def checked(columns: Columns, table: Table) -> Columns:
    """The columns, if the table has them all.

    Raises:
        InvalidInput: "unknown_column" or "column_used_twice".
    """
    used = [columns.text, columns.time, columns.label, *columns.groups]
    named = [name for name in used if name is not None]
    for name in named:
        if name not in table.columns:
            raise InvalidInput(
                f"there is no column {name!r}",
                hint=f"The columns are: {', '.join(table.columns)}.",
                code="unknown_column",
            )
    twice = [name for name, times in Counter(named).items() if times > 1]
    if columns.text in twice or len(set(columns.groups)) < len(columns.groups):
        raise InvalidInput(
            f"column {twice[0]!r} is used twice",
            hint="Name each column once; the text is nothing else.",
            code="column_used_twice",
        )
    return columns


def _filled(values: Sequence[str]) -> list[str]:
    step = max(1, len(values) // _SAMPLE)
    return [value.strip() for value in values[::step] if value.strip()]


def _named(names: Sequence[str], known: Sequence[str]) -> str | None:
    lowered = {name.lower().strip(): name for name in reversed(names)}
    return next((lowered[name] for name in known if name in lowered), None)


def _text_column(samples: Mapping[str, list[str]], reasons: dict[str, str]) -> str:
    named = _named([name for name, values in samples.items() if values], _TEXT)
    if named:
        reasons[named] = f"named {named!r}: the text"
        return named
    lengths = {
        name: sum(map(len, values)) / len(values)
        for name, values in samples.items()
        if values and not _are_dates(values)
    }
    best = max(lengths, key=lambda name: lengths[name], default=None)
    if best is None or (lengths[best] < _LEAST_TEXT and len(samples) > 1):
        raise InvalidInput(
            "no column holds texts",
            hint=f"Name the column with the texts `text`; there are: {', '.join(samples)}.",
            code="no_text_column",
        )
    reasons[best] = f"the longest cells, {lengths[best]:.0f} characters on average: the text"
    return best


def _time_column(
    samples: Mapping[str, list[str]], names: Sequence[str], reasons: dict[str, str]
) -> str | None:
    dated = [name for name in names if samples[name] and _are_dates(samples[name])]
    partly = [name for name in names if samples[name] and _are_dates(samples[name], _LEAST_NAMED_DATES)]
    found = _named(partly, _TIME) or next((name for name in dated if not _is_id(name)), None)
    if found:
        reasons[found] = "dates: the time"
    return found


def _is_id(name: str) -> bool:
    return name.lower().strip() in _ID


def _are_dates(values: Sequence[str], least: float = _LEAST_DATES) -> bool:
    dated = sum(read_moment(value) is not None for value in values)
    return dated >= least * len(values)


def _is_group(name: str, values: Sequence[str], reasons: dict[str, str]) -> bool:
    distinct = len(set(values))
    if name.lower().startswith(_GROUP_PREFIX) and distinct > 1:
        reasons[name] = f"named {name!r}: groups, {distinct} of them"
        return True
    why_not = _no_group(name, distinct, values)
    reasons[name] = f"not used: {why_not}" if why_not else f"{distinct} different values: groups"
    return why_not is None


def _no_group(name: str, distinct: int, values: Sequence[str]) -> str | None:
    """Why a column does not tell groups apart; None where it does."""
    if distinct < 2:
        return "one value" if values else "empty"
    if _is_id(name):
        return "an id"
    if max(map(len, values)) > _MOST_NAME:
        return "long texts"
    if _are_numbers(values):
        return "numbers"
    most = min(MOST_GROUPS, max(2, len(values) // 3))
    return f"{distinct} different values, more than {most}" if distinct > most else None


def _are_numbers(values: Sequence[str]) -> bool:
    return all(_is_number(value) for value in values) and len(set(values)) > 10


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def preview(table: Table, columns: Columns, reasons: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """Each column for a person to confirm: what it is for, why, how full, and some of its cells."""
    uses = {columns.text: "text", columns.time: "time", columns.label: "label"}
    for name, values in table.columns.items():
        use = uses.get(name) or ("group" if name in columns.groups else None)
        examples = [value[:80] for value in dict.fromkeys(value for value in values[:200] if value)][:3]
        yield {
            "column": name,
            "use": use,
            "reason": reasons.get(name, ""),
            "filled": sum(1 for value in values if value.strip()),
            "of": len(values),
            "examples": examples,
        }
