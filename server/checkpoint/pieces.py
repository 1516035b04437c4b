"""Values in pieces: of a value that grows, a put stores what is new. Pure: bytes in, bytes out.

A list that grew holds the bytes of the shorter one. Its piece is where that run lies in the earlier value,
and the bytes before and after the run. The earlier value may be in pieces itself; to rebuild a value takes
all of them, the lowest first, and whoever stores a value names them all.

Each piece is at most two thirds as large as the one under it. One that would be larger is made from a lower
value instead, much as a binary counter carries: of n items that were appended one by one, about n log2(n) / 2
are stored, and the n-th value is read from log2(n) pieces at most, which are together no more than three
times as large as it is.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

LEAST = 1024  # bytes of a value that is worth cutting
ROOM = 2 / 3  # of the size of the piece under it, for a piece; more than half, as items differ in size
FIXED = 64  # bytes that a piece costs besides its own: the field's name, here and in the manifests
MOST = 3  # times its own size that one may have to read for a value
NEEDLE = 32  # bytes that are looked for, to find a run
COUNT = 3  # bytes before the items of a list, which count them
NEAR = 64  # bytes by which a run that has not moved may have: the length before a list takes some


@dataclass(frozen=True, slots=True)
class Piece:
    """What one value adds to a run of the value under it."""

    name: str  #: Random, so that no two pieces ever share a name.
    start: int  #: Where the run begins in the value under it, in bytes.
    end: int  #: Where the run ends; start for a piece that needs nothing under it.
    head: bytes  #: What comes before the run.
    tail: bytes  #: What comes after the run.

    @property
    def is_whole(self) -> bool:
        """Whether it needs nothing under it."""
        return self.start == self.end

    @property
    def size(self) -> int:
        """What it costs, in bytes before compression."""
        return FIXED + len(self.head) + len(self.tail)

    @property
    def length(self) -> int:
        """Bytes of its value."""
        return self.end - self.start + len(self.head) + len(self.tail)

    def over(self, under: bytes) -> bytes:
        """The value of this piece on the value under it."""
        return self.tail if self.is_whole else self.head + under[self.start : self.end] + self.tail


@dataclass(frozen=True, slots=True)
class Pieces:
    """A value, and the pieces from which it is rebuilt; none for one that is not in pieces."""

    raw: bytes  #: The value's bytes.
    stack: tuple[Piece, ...]  #: The lowest first; the last one is the value's own.

    @property
    def names(self) -> list[str]:
        """The pieces' names."""
        return [piece.name for piece in self.stack]


def rebuilt(stack: Iterable[Piece]) -> bytes:
    """The value of some pieces."""
    raw = b""
    for piece in stack:
        raw = piece.over(raw)
    return raw


def following(before: Pieces, raw: bytes) -> Pieces:
    """The pieces of a value that comes after another: its own piece, and those under it that it needs."""
    stack = before.stack
    while stack:
        room = int(stack[-1].size * ROOM)
        if FIXED + len(raw) - stack[-1].length <= room:
            under = before.raw if stack is before.stack else rebuilt(stack)
            run = shared_run(under, raw)
            if run is None:
                break
            at, start, end = run
            piece = Piece(_name(), start, end, raw[:at], raw[at + end - start :])
            if piece.size <= room:
                enough = sum([one.size for one in stack]) + piece.size <= MOST * len(raw)
                return Pieces(raw, (*stack, piece)) if enough else _whole(raw)
        stack = stack[:-1]
    return _whole(raw)


def _whole(raw: bytes) -> Pieces:
    return Pieces(raw, (Piece(_name(), 0, 0, b"", raw),))


def shared_run(under: bytes, raw: bytes) -> tuple[int, int, int] | None:
    """A long run of bytes that two values share: where it begins in `raw`, and its start and end in `under`.

    Found is the one around a sample from the middle of `under`, or from one of its quarters. A value that
    was changed in many places shares a shorter run than it might, and one that shares no sample none.
    """
    if len(under) >= NEEDLE + COUNT and raw.startswith(under[COUNT:], COUNT):  # a list that grew
        return COUNT, COUNT, len(under)
    for quarter in (2, 1, 3):
        sample = len(under) * quarter // 4
        needle = under[sample : sample + NEEDLE]
        at = raw.find(needle, max(0, sample - NEAR), sample + NEAR + NEEDLE)
        if at < 0:
            at = raw.find(needle)
        if at >= 0 and len(needle) == NEEDLE:
            return _around(under, sample, raw, at)
    return None


def _around(under: bytes, sample: int, raw: bytes, at: int) -> tuple[int, int, int]:
    """The longest run that two values share around a place that is the same in both."""
    before = _longest(
        min(sample, at), lambda low, high: under[sample - high : sample - low] == raw[at - high : at - low]
    )
    after = _longest(
        min(len(under) - sample, len(raw) - at),
        lambda low, high: under[sample + low : sample + high] == raw[at + low : at + high],
    )
    return at - before, sample - before, sample + after


def _longest(most: int, same: Callable[[int, int], bool]) -> int:
    """The greatest length, up to `most`, within which all is the same; it is likely to be near to it."""
    low, high = 0, most
    for guess in (most, most - NEAR):
        if guess > 0 and same(0, guess):
            low = guess
            break
        high = max(0, guess - 1)
    while low < high:
        middle = (low + high + 1) // 2
        if same(low, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _name() -> str:
    return secrets.token_hex(8)
