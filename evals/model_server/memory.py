"""What the server remembers between requests."""

import hashlib
from dataclasses import dataclass, field

from evals.model_server.question import Json


@dataclass(slots=True)
class Memory:
    """Prompt prefixes in the cache, what was spoken, and tasks that were begun."""

    prefixes: set[str] = field(default_factory=set[str])
    spoken: dict[str, str] = field(default_factory=dict[str, str])  #: Digest of the sound -> the text.
    tasks: dict[str, Json] = field(default_factory=dict[str, Json])  #: Task id -> its result.
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])  #: Name -> what GET /_files/NAME gives.

    def is_cached(self, prefix: str) -> bool:
        """Whether a prompt with this prefix came before; from now on one did."""
        digest = hashlib.sha256(prefix.encode()).hexdigest()
        known = digest in self.prefixes
        self.prefixes.add(digest)
        return known

    def remember(self, sound: bytes, text: str) -> None:
        """These samples say this text."""
        self.spoken[_sound_key(sound)] = text

    def heard(self, sound: bytes) -> str | None:
        """The text that was spoken, when it was this server that spoke it."""
        return self.spoken.get(_sound_key(sound))


def _sound_key(sound: bytes) -> str:
    return hashlib.sha256(sound.strip(b"\0")).hexdigest()  # silence around it says nothing
