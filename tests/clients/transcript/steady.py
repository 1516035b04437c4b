"""A transcript without what no two servers share: ids become numbers in their order, times a word."""

import re
from typing import Any

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ID = re.compile(rf"{_UUID}|\b[0-9a-f]{{32}}\b")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")
_MILLISECONDS = re.compile(r"\b1[78]\d{11}(-\d+(\.\d+)?)?\b")

# What a server says of itself, and of who asked: the official one repeats that in the metadata of graphs that
# a factory makes, and only there.
_OWN = {"langgraph_api_url", "langgraph_api_version", "langgraph_plan", "__request_start_time_ms__"}
_VERSIONS = {"langgraph_version", "lc_versions"}  #: Of the two installations.
_ASKING = {"langgraph_auth_user_id", "langgraph_request_id", "user_id"}
_UNSHARED = _OWN | _VERSIONS | _ASKING


class Steady:
    """Gives each id the same name wherever it comes up, so that who refers to whom is compared, too."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def of(self, value: Any) -> Any:
        """The value, made comparable; keys in alphabetical order."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list | tuple):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return {self.of(key): self.of(value[key]) for key in sorted(value) if key not in _UNSHARED}
        return value

    def _text(self, text: str) -> str:
        text = _ID.sub(lambda found: self._name(found[0]), text)
        return _MILLISECONDS.sub("<milliseconds>", _TIME.sub("<time>", text))

    def _name(self, found: str) -> str:
        return self._names.setdefault(found.replace("-", ""), f"<id {len(self._names) + 1}>")
