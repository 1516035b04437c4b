"""Quoted matter that is written, not spoken: letters, notes, notices and newspapers."""

import re
from collections.abc import Iterable, Iterator

from tools.novels.quotation_context import Quoted
from tools.novels.quotation_speeches import Speech

_SALUTATION = re.compile(
    r"(?i:my )?(?i:very )?(?i:dear(?:est)?|honou?red|respected)"
    r" (?:[A-Z][\w.]*|sir|madam)(?: [A-Z][\w.]*){0,2}[,.:;]?(?:--|[—–]|\s{3}|\n)",
)
_VALEDICTION = re.compile(
    r"\byour['’]?s,?\s"
    r"(?:ever|truly|very|most|in haste|etc|&c|affectionate|sincere|faithful|obedient|respectful)",
    re.IGNORECASE,
)
_VALEDICTION_WINDOW = 120  # characters at the end of a letter that hold it
_POSTSCRIPT = 30  # words; what is said about a letter that was read out is mostly shorter
_SIGNATURE = re.compile(r"(?:[A-Z][\w.'’]{0,20}[\s—–_-]{0,4}){2,4}[.,]?")

_INTRODUCTION_WINDOW = 160  # characters
_CONTEXT_WINDOW = 600  # characters before a quotation that tell whether something is written or read
_WRITING = re.compile(
    r"\b(?:letters?|notes?|postscript|newspaper|pages?|volume|sheet|paragraph|advertisement|telegram"
    r"|inscription|motto|handwriting|wrote|write|written|writing|reading|placard|diary|envelope|headed)\b",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    r"\b(?:(?:this|these|the following) (?:\w+ )?"
    r"(?:words?|lines?|notes?|letter|postscript|paragraph|message|notice|way|manner|effect|purpose)"
    r"|in this \w+|as follows|thus (?:went on|continued))[\s.,:;—–_-]*$",
    re.IGNORECASE,
)
_READER = re.compile(  # "I read, with a thrill of horror," with no second clause behind it
    r"\b(?:I|he|she|we|they|it) (?:read|wrote)\b(?! (?:out|aloud))"
    r"(?:,? (?!(?:I|he|she|we|they|it)\b)\w+){0,10}[\s,:—–-]*$",
    re.IGNORECASE,
)
_SALUTATION_BEFORE = re.compile(
    r"\n\s*(?:my )?(?:very )?dear(?:est)? \w+(?: \w+){0,2}[,.:;—–-]*\s*$", re.IGNORECASE
)
_SPEAKING = re.compile(
    r"\b(?:said|say|says|saying|cried|replied|answered|spoke|began|exclaimed|asked|added)\b"
)

# "said the _Standard_": the italics mark a title. "It said" needs something written that "it" can be.
_SOURCE = re.compile(
    r"[\s_,;—–-]*(?:(?:said|says|remarked|observed)\sthe\s_"
    r"|were\sthe\s(?:first|last)\s(?:\w+\s)?lines\b"
    r"|(?:was|were)\s(?:written|printed|painted|inscribed|engraved)\b)"
)
_ASCRIPTION = re.compile(
    r"[\s_,;—–-]*(?:it\s(?:said|ran|read|remarked|continued|went\son|concluded)\b"
    r"|were\s(?:his|her|the|its)\s(?:\w+\s)?(?:words|lines)\b)"
)


def without_documents(speeches: Iterable[Speech]) -> Iterator[Speech]:
    """The quotations that are no written matter.

    Written is what begins or ends like a letter, what the narration introduces as read or written ("the note
    was in these words"), what a text says ("it ran"), and what goes on with that: the signature, the
    postscript, the next part.
    """
    end, in_document = 0, False
    for speech in speeches:
        first = speech[0]
        goes_on = in_document and _goes_on(first, end)
        in_document = goes_on or _is_letter(speech) or _is_introduced(first, end) or _is_ascribed(first)
        end = speech[-1].end
        if not in_document:
            yield speech


def _is_letter(speech: Speech) -> bool:
    first, last = speech[0], speech[-1]
    if not first.begins_paragraph:
        return False
    return bool(_SALUTATION.match(first.words) or _VALEDICTION.search(last.words[-_VALEDICTION_WINDOW:]))


def _is_introduced(first: Quoted, end: int) -> bool:
    """Whether the narration between ``end`` and a quotation leads up to something written."""
    narration = first.text[max(end, first.start - _INTRODUCTION_WINDOW) : first.start]
    if _SALUTATION_BEFORE.search(narration):
        return True
    narration = " ".join(narration.split())
    is_led_up_to = _READER.search(narration) or (_INTRODUCTION.search(narration) and _is_about_writing(first))
    return bool(is_led_up_to) and not _SPEAKING.search(narration)


def _is_ascribed(first: Quoted) -> bool:
    after = first.after
    return bool(_SOURCE.match(after) or (_ASCRIPTION.match(after) and _is_about_writing(first)))


def _is_about_writing(first: Quoted) -> bool:
    return bool(_WRITING.search(first.text, max(0, first.start - _CONTEXT_WINDOW), first.start))


def _goes_on(first: Quoted, end: int) -> bool:
    """Whether a quotation behind a document that ends at ``end`` belongs to it."""
    gap = first.text[end : first.start]
    if any(character.isalnum() for character in gap):
        return bool(_SOURCE.match(gap) or _ASCRIPTION.match(gap))
    if not first.begins_paragraph:
        return True
    is_reply = any(character.isalnum() for character in first.after)
    words = first.words
    return not is_reply and (bool(_SIGNATURE.fullmatch(words)) or len(words.split()) >= _POSTSCRIPT)
