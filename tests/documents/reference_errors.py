"""The page of error codes, and a page for each."""

import re
from collections.abc import Mapping

from tests.documents.error_codes import Code, codes, meanings

_HEAD = """\
# Errors

Made by `python -m tests.documents.reference`: do not edit.

A refusal answers with `{{"detail": what happened, "error": code, "hint": what to do}}`; a run that failed
has the same code in its `error`. Messages and hints below are as the source has them: what stands in
braces, or as …, is filled in. A code stays what it is; words may change. The old interfaces wrap these
codes in their own envelopes ([old-contracts.md](../old-contracts.md)).

| Status | Means |
| --- | --- |
| 400, 422 | the request cannot be served as it is: change it |
| 401, 403 | who asks is not known, or may not |
| 402 | a budget for model calls is used up |
| 404 | no such thing, or it is not yours |
| 409, 412, 423, 460 | the thing is in a state that forbids this; an upload does not fit what is there |
| 413, 415, 416 | too large, of a type that is not taken, outside of the file |
| 424 | a project's factory made no graph |
| 429, 503 | later it may pass; `Retry-After` says when, where somebody knows |
| 502 | a provider of models refused, or answered with what cannot be used |

{count} codes, each with a page that says what happened and what to do:

| Code | Status |
| --- | --- |
{rows}
"""


def page() -> str:
    """The page of all codes."""
    found = codes()
    rows = "\n".join(f"| [{name}](errors/{_file(name)}) | {_status(code)} |" for name, code in found.items())
    return _HEAD.format(count=len(found), rows=rows)


def pages() -> Mapping[str, str]:
    """The page of each code, by the name of its file."""
    meant = meanings()
    return {_file(name): _page(code, meant) for name, code in codes().items()}


def _file(name: str) -> str:
    return re.sub("[{}]", "", name) + ".md"


def _status(code: Code) -> str:
    return ", ".join(map(str, sorted(code.statuses))) or "as the failure beneath has it"


def _page(code: Code, meant: Mapping[str, str]) -> str:
    meaning = meant.get(code.name, "" if code.said else "What happened stands in the message.")
    lines = [f"# {code.name}\n", f"Status: {_status(code)}. {meaning}".rstrip() + "\n"]
    for message, hint in code.said.items():
        lines.append(f"- {_escaped(message)}" + (f" *{_escaped(hint)}*" if hint else ""))
    if code.said:
        lines.append("")
    return "\n".join([*lines, "[All codes](../errors.md)", ""])


def _escaped(text: str) -> str:
    one_line = " ".join(text.split())
    for mark in ("\\", "*", "_", "<", "`", "|", "["):
        one_line = one_line.replace(mark, "\\" + mark)
    return one_line
