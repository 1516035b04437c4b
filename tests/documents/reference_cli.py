"""The page of the command line."""

from typing import Any

from typer.main import get_command

from server.cli import app

_HEAD = """\
# Command line

Made by `python -m tests.documents.reference`: do not edit.

`scriptorium COMMAND --help` says the same. Settings come from the environment and `.env`
([configuration.md](../configuration.md)); a flag is stronger. A failure that can be explained ends with a
line on standard error and the exit status 1, a wrong flag with 2.

"""


def page() -> str:
    """The page."""
    return _HEAD + "\n".join(_section(name, command) for name, command in _commands("scriptorium", _root()))


def _root() -> Any:
    return get_command(app)


def _commands(name: str, group: Any) -> list[tuple[str, Any]]:
    """Every command below a group that does something itself, by its whole name."""
    found: list[tuple[str, Any]] = []
    for word, command in sorted(group.commands.items()):
        full = f"{name} {word}"
        found += _commands(full, command) if hasattr(command, "commands") else [(full, command)]
    return found


def _section(name: str, command: Any) -> str:
    shown = [each for each in command.params if not each.hidden and each.name != "help"]
    usage = " ".join([name, *(_in_usage(each) for each in shown if _is_argument(each) or each.required)])
    rest = " [OPTIONS]" if any(not _is_argument(each) and not each.required for each in shown) else ""
    text = f"## {name}\n\n{' '.join((command.help or '').split())}\n\n`{usage}{rest}`\n"
    if not shown:
        return text
    return text + "\n| Flag | Meaning |\n| --- | --- |\n" + "".join(map(_row, shown))


def _in_usage(each: Any) -> str:
    word = each.name.upper() if _is_argument(each) else f"{each.opts[0]} {each.name.upper()}"
    return word if each.required else f"[{word}]"


def _row(each: Any) -> str:
    flags = [each.name.upper()] if _is_argument(each) else [*each.opts, *each.secondary_opts]
    names = ", ".join(f"`{flag}`" for flag in flags)
    more = [
        *(["needed"] if each.required else []),
        *(["may be repeated"] if each.multiple else []),
        *([f"by default `{each.default}`"] if each.default not in (None, (), [], False, True, "") else []),
        *([f"at least {each.min}"] if getattr(each, "min", None) is not None else []),
        *([f"at most {each.max}"] if getattr(each, "max", None) is not None else []),
    ]
    told = f" ({'; '.join(more)})" if more else ""
    return f"| {names} | {(each.help or '').replace('|', chr(92) + '|')}{told} |\n"


def _is_argument(each: Any) -> bool:
    return type(each).__name__ == "TyperArgument"
