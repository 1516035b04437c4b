"""Words in quotation marks with what stands around them."""

from dataclasses import dataclass

_WINDOW = 160  # characters on each side that cues may look at
_MARKS = "\"＂“”„‟'‘’‛「」『』«»"
_BLANKS = " \t\n\u00a0\u3000_*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """What stands between quotation marks, in its paragraph."""

    text: str  #: The whole text.
    start: int  #: Of the opening mark.
    end: int  #: Behind the closing mark.
    closed: bool  #: Whether there is a closing mark.
    continues: bool  #: Whether it goes on with an unclosed quotation of the paragraph before.
    paragraph_start: int
    paragraph_end: int
    follows: int  #: Where the quotation before it in the paragraph ends, or the paragraph's start.

    @property
    def words(self) -> str:
        """What stands between the marks."""
        return self.text[self.start : self.end].strip(_MARKS + _BLANKS)

    @property
    def before(self) -> str:
        """The narration from ``follows`` to it, cut to a window, without blanks and emphasis at its end."""
        start = max(self.follows, self.start - _WINDOW)
        return self.text[start : self.start].rstrip(_BLANKS + "(（")

    @property
    def after(self) -> str:
        """What follows it in its paragraph, cut to a window."""
        return self.text[self.end : min(self.paragraph_end, self.end + _WINDOW)]

    @property
    def begins_paragraph(self) -> bool:
        """Whether nothing but blanks stands before it in its paragraph."""
        return self.follows == self.paragraph_start and not self.text[
            self.paragraph_start : self.start
        ].strip(_BLANKS)
