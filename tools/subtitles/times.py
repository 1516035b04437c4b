"""Times as the formats write them, and as milliseconds."""

import re

_CLOCK = re.compile(r"([-\u2212]?)(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[,.](\d{1,3}))?")


def parse_clock(text: str) -> int | None:
    """Milliseconds of ``[-][h:]mm:ss[,.]fff``, or None when it is no such time.

    Fewer than three decimals are a fraction as in mathematics: ``.5`` is 500 ms.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    sign, hours, minutes, seconds, fraction = found.groups()
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    value = whole * 1000 + int((fraction or "0").ljust(3, "0"))
    return -value if sign else value


def srt_clock(value: int) -> str:
    """``00:00:00,000``"""
    return _clock(value, ",", 3)


def vtt_clock(value: int) -> str:
    """``00:00:00.000``"""
    return _clock(value, ".", 3)


def ass_clock(value: int) -> str:
    """``0:00:00.00``, the nearest hundredth."""
    return _clock(_nearest_hundredth(value), ".", 2, hour_digits=1)


def lrc_clock(value: int) -> str:
    """``00:00.00``, minutes beyond 59, the nearest hundredth."""
    value = _nearest_hundredth(value)
    minutes, rest = divmod(max(0, value), 60_000)
    return f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000 // 10:02d}"


def _nearest_hundredth(value: int) -> int:
    return (value + 5) // 10 * 10


def _clock(value: int, mark: str, decimals: int, hour_digits: int = 2) -> str:
    sign, value = ("-", -value) if value < 0 else ("", value)
    hours, rest = divmod(value, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds, rest = divmod(rest, 1000)
    fraction = f"{rest:03d}"[:decimals]
    return f"{sign}{hours:0{hour_digits}d}:{minutes:02d}:{seconds:02d}{mark}{fraction}"
