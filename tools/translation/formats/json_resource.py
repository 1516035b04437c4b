"""JSON resource files, such as those of i18next: every value that is a string with words is a segment."""

import json
import re
from typing import cast

from tools.errors import InvalidInput
from tools.translation.segments import Assembly, TextDocument

_COLON = re.compile(r"\s*:")
_STRING = re.compile(r'"')


def parse_json(text: str) -> TextDocument:
    """Read a JSON file; keys, numbers, order and layout stay.

    Raises:
        InvalidInput: It is no JSON.
    """
    try:
        json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        message = f"the file is no JSON: {error}"
        raise InvalidInput(message, hint="Repair the file.", code="not_json") from error
    assembly = Assembly(text)
    decoder = json.JSONDecoder()
    key, at = "", 0
    while (quote := _STRING.search(text, at)) is not None:
        value, at = cast("tuple[str, int]", decoder.raw_decode(text, quote.start()))
        if _COLON.match(text, at) is not None:
            key = value
        elif any(character.isalpha() for character in value):
            assembly.add((quote.start(), at), value, note=key, write=_write)
    return assembly.finish("json")


def _write(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
