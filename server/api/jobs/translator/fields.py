"""Bodies in camelCase or snake_case, and what is named in them. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_snake

from tools.errors import InvalidInput

_FILE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_OWN_ADDRESS = re.compile(r"(?:https?://[^/]+)?(?:/[\w-]+)*/api/v1/files/([^/?#]+)(?:/content)?")
_LANGUAGES = {
    "arabic": "ar",
    "chinese": "zh",
    "english": "en",
    "french": "fr",
    "german": "de",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "portuguese": "pt",
    "russian": "ru",
    "spanish": "es",
    "thai": "th",
    "vietnamese": "vi",
}


def snake_keys(values: object) -> object:
    """A body's names in snake_case; anything else as it is."""
    if not isinstance(values, Mapping):
        return values
    return {to_snake(str(name)): value for name, value in values.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


class OldBody(BaseModel):
    """A body whose fields may be written in both ways."""

    model_config = ConfigDict(extra="forbid")


Snaked = BeforeValidator(snake_keys)


def _language(name: object) -> object:
    return _LANGUAGES.get(name.lower(), name) if isinstance(name, str) else name


LanguageName = Annotated[str, BeforeValidator(_language)]
"""A code, or the English name of a language."""


def file_id_of(address: str, field: str) -> str:
    """The file that an address means: an upload's id, or its path or address here.

    Raises:
        InvalidInput: "remote_address": it is another server's, which is never asked.
    """
    own = _OWN_ADDRESS.fullmatch(address)
    found = own[1] if own else address
    if not _FILE_ID.fullmatch(found):
        raise InvalidInput(
            f"{field} is no file of this service: {address[:100]!r}",
            hint="Upload the file to /api/v1/upload and give its fileId. Other servers are not asked.",
            code="remote_address",
        )
    return found


def without_nothing(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The values that are given."""
    return {name: value for name, value in values if value not in (None, "", [], {})}
