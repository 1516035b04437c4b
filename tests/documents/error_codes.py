"""Every code by which a failure is known, as the source raises it."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from server.api.errors import BY_CODE, STATUS
from tests.documents.pages import ROOT
from tools.errors import ErrorCategory

_FOLDERS = ("graphs", "tools", "server")
_BASE = "ServiceError"
_ANSWER = "answer"  # server.api.errors.answer(status, message, code, hint)
_UNSAID = "…"  # stands for what only a request can tell
_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], int | float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
}
Value = int | float | str


@dataclass(kw_only=True)
class Kind:
    """A class of explained failures."""

    name: str
    base: str
    code: str | None
    category: ErrorCategory | None
    meaning: str  #: The first line of its docstring.
    makes: list[ast.Call] = field(
        default_factory=list[ast.Call]
    )  #: Its own calls of its base's ``__init__``.


@dataclass(kw_only=True)
class Code:
    """A code, with all that callers may be told under it."""

    name: str
    statuses: set[int] = field(default_factory=set[int])
    #: Messages, each with its hint.
    said: dict[str, str] = field(default_factory=dict[str, str])


@cache
def codes() -> dict[str, Code]:
    """All codes of failures, by name."""
    calls, kinds = _source()
    found: dict[str, Code] = {}
    for kind in kinds.values():
        if kind.code:
            code = _code_of(found, kind.code)
            code.statuses.add(_status(kind.code, kind.category or _inherited(kinds, kind.name, "category")))
        for call in kind.makes:
            _note(found, kinds, call, kind.name)
    for call in calls:
        _note(found, kinds, call, _last_name(call.func))
    return dict(sorted(found.items()))


def meanings() -> dict[str, str]:
    """What a code means by itself, where a class of failures bears it."""
    _, kinds = _source()
    return {kind.code: kind.meaning for kind in reversed(kinds.values()) if kind.code}


@cache
def _source() -> tuple[list[ast.Call], dict[str, Kind]]:
    """All calls in the source, and the classes of failures."""
    calls: list[ast.Call] = []
    classes: dict[str, ast.ClassDef] = {}
    for path in (path for folder in _FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))):
        module = ast.parse(path.read_text(encoding="utf-8"))
        constants = _constants(module)
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                calls.append(node)
            elif isinstance(node, ast.ClassDef):
                classes[node.name] = node
            elif isinstance(node, ast.FormattedValue):
                _fill_in(node, constants)
    return calls, _kinds(classes)


def _constants(module: ast.Module) -> dict[str, Value]:
    """What the module's own names in capitals stand for, where that is a number or a text."""
    found: dict[str, Value] = {}
    for line in module.body:
        name = _last_name(line.targets[0]) if isinstance(line, ast.Assign) else ""
        if name.isupper() and (value := _value(line.value, found)) is not None:  # type: ignore[attr-defined]
            found[name] = value
    return found


def _fill_in(place: ast.FormattedValue, constants: Mapping[str, Value]) -> None:
    """Put a constant's value into a message, so that its limit can be read."""
    value = _value(place.value, constants)
    if value is not None:
        wanted = _text(place.format_spec) if place.format_spec else ""
        place.value = ast.Constant(format(value, wanted))


def _value(expression: ast.expr, names: Mapping[str, Value]) -> Value | None:
    """What an expression of constants comes to; None where it holds anything else."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, int | float | str):
        return expression.value
    if isinstance(expression, ast.BinOp) and type(expression.op) in _OPERATORS:
        left, right = _value(expression.left, names), _value(expression.right, names)
        if isinstance(left, int | float) and isinstance(right, int | float):
            return _OPERATORS[type(expression.op)](left, right)
        return None
    return names.get(_last_name(expression))


def _kinds(classes: Mapping[str, ast.ClassDef]) -> dict[str, Kind]:
    """The classes of failures by name, each after the one that it is made of."""
    kinds: dict[str, Kind] = {}
    waiting = [_BASE]
    while waiting:
        name = waiting.pop(0)
        kinds[name] = _kind(classes[name])
        waiting += [other.name for other in classes.values() if name in map(_last_name, other.bases)]
    return kinds


def _kind(node: ast.ClassDef) -> Kind:
    own: dict[str, ast.expr] = {}
    for line in node.body:
        if isinstance(line, ast.AnnAssign | ast.Assign) and line.value is not None:
            target = line.target if isinstance(line, ast.AnnAssign) else line.targets[0]
            own[_last_name(target)] = line.value
    code, category = own.get("code"), own.get("category")
    meaning = (ast.get_docstring(node) or "").split("\n")[0]
    return Kind(
        name=node.name,
        base=_last_name(node.bases[0]) if node.bases else "",
        code=code.value if isinstance(code, ast.Constant) and isinstance(code.value, str) else None,
        category=ErrorCategory[_last_name(category)] if category is not None else None,
        meaning=meaning,
        makes=[call for call in ast.walk(node) if isinstance(call, ast.Call) and _is_super(call.func)],
    )


def _is_super(called: ast.expr) -> bool:
    """Whether this is ``super().__init__``."""
    if not (isinstance(called, ast.Attribute) and called.attr == "__init__"):
        return False
    return isinstance(called.value, ast.Call) and _last_name(called.value.func) == "super"


def _inherited(kinds: Mapping[str, Kind], name: str, what: str) -> str | ErrorCategory:
    while getattr(kinds[name], what) is None:
        name = kinds[name].base
    return getattr(kinds[name], what)


def _note(found: dict[str, Code], kinds: Mapping[str, Kind], call: ast.Call, name: str) -> None:
    """Take down what a call says, if it makes a failure (of the kind ``name``) or answers with one."""
    given = {each.arg: each.value for each in call.keywords if each.arg}
    if name in kinds:
        category = given.get("category")
        of_call = _category(category) if category is not None else _inherited(kinds, name, "category")
        names = _texts(given["code"]) if "code" in given else [str(_inherited(kinds, name, "code"))]
        message = call.args[0] if call.args else None
        hint = given.get("hint")
        for each in names:
            status = _status(each, of_call) if isinstance(of_call, ErrorCategory) else None
            _add(found, each, status, message, hint)
    elif name == _ANSWER and len(call.args) >= 3 and isinstance(call.args[0], ast.Constant):
        hint = call.args[3] if len(call.args) > 3 else None
        for each in _texts(call.args[2]):
            _add(found, each, int(str(call.args[0].value)), call.args[1], hint)


def _add(
    found: dict[str, Code], name: str, status: int | None, message: ast.expr | None, hint: ast.expr | None
) -> Code:
    code = _code_of(found, name)
    if status is not None:
        code.statuses.add(status)
    said = _text(message) if message is not None else _UNSAID
    if said != _UNSAID:
        code.said.setdefault(said, (_text(hint) if hint is not None else "").replace(_UNSAID, "").strip())
    return code


def _code_of(found: dict[str, Code], name: str) -> Code:
    return found.setdefault(name, Code(name=name))


def _status(code: str, category: str | ErrorCategory) -> int:
    return BY_CODE.get(code, STATUS[ErrorCategory(category)])


def _category(value: ast.expr) -> ErrorCategory | None:
    name = _last_name(value)
    return ErrorCategory[name] if name in ErrorCategory.__members__ else None


def _texts(value: ast.expr) -> list[str]:
    """The codes that an expression may be; none where only a run can tell."""
    if isinstance(value, ast.IfExp):
        return [*_texts(value.body), *_texts(value.orelse)]
    return [_text(value)] if isinstance(value, ast.Constant | ast.JoinedStr) else []


def _text(value: ast.expr) -> str:
    """The words of an expression; names stand in braces for what they hold."""
    if isinstance(value, ast.Constant):
        return str(value.value)
    if isinstance(value, ast.JoinedStr):
        return "".join(map(_text, value.values))
    if isinstance(value, ast.FormattedValue):
        return _placeholder(value.value)
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return _text(value.left) + _text(value.right)
    return _UNSAID


def _placeholder(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = value.func.value  # a method of what is meant
    name = _last_name(value)
    return f"{{{name.lower().strip('_')}}}" if name else _UNSAID


def _last_name(value: ast.AST | None) -> str:
    if isinstance(value, ast.Attribute):
        return value.attr
    return value.id if isinstance(value, ast.Name) else ""
