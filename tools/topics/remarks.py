"""What a person has to know of a choice that was made for them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A choice, and why."""

    code: str  #: Stable and searchable.
    message: str
