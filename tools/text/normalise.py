"""One form for line breaks and blanks, with a way back to the text as it came."""

import re
from array import array
from bisect import bisect_left
from dataclasses import dataclass

_LINE_BREAKS = "\r\v\f\x85\u2028\u2029"
_BLANKS = "\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_INVISIBLE = (
    "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\u180e"  # byte order mark, zero width, soft hyphen
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # writing direction
)
_CONTROLS = "".join(map(chr, (*range(0x09), *range(0x0E, 0x20), 0x7F)))

_DROPPED = re.compile(rf"[{re.escape(_INVISIBLE + _CONTROLS)}]|\r(?=\n)")
_OTHER = re.compile(rf"[{re.escape(_LINE_BREAKS + _BLANKS + _INVISIBLE + _CONTROLS)}]")
_REPLACED = str.maketrans(
    dict.fromkeys(_LINE_BREAKS, "\n") | dict.fromkeys(_BLANKS, " ") | dict.fromkeys(_INVISIBLE + _CONTROLS)
)


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalized text that knows where each of its characters stood in the source."""

    text: str
    _source_length: int
    _gaps: "array[int]"  #: Offsets in ``text`` at which a source character was dropped, ascending.

    def to_source(self, offset: int) -> int:
        """The source offset of a boundary in ``text``.

        Monotone; 0 maps to 0 and the end to the end, so stretches that tile ``text`` tile the source. A
        dropped character belongs to the stretch that begins where it stood.

        Raises:
            IndexError: ``offset`` lies outside of ``text``.
        """
        if not 0 <= offset <= len(self.text):
            raise IndexError(f"offset {offset} is outside of a text of {len(self.text)} characters")
        if offset == len(self.text):
            return self._source_length
        return offset + bisect_left(self._gaps, offset)


def normalise(source: str) -> Normalised:
    """``source`` with one kind of line break and one kind of blank, and nothing invisible.

    CR LF, CR and the Unicode line separators become LF, no-break and other exotic blanks a space; byte order
    marks, zero-width characters, direction marks and control characters are dropped. Each character becomes
    one character or none. Four bytes of memory are spent on each dropped one, and a second text only where
    the source is not in this form already.
    """
    if not _OTHER.search(source):
        return Normalised(source, len(source), array("I"))
    gaps = array("I", (found.start() - before for before, found in enumerate(_DROPPED.finditer(source))))
    text = source.replace("\r\n", "\n").translate(_REPLACED)
    return Normalised(text, len(source), gaps)
