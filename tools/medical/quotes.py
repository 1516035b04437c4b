"""Whether a quotation stands in a document, word for word, and on which page."""

import re
from collections.abc import Sequence

_BROKEN_WORD = re.compile(r"(?<=[A-Za-z])[-\u00ad]\s*\n\s*(?=[a-z])")
_BLANKS = re.compile(r"\s+")
_BETWEEN_HAN = re.compile(
    "(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]) (?=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])"
)


def plain(text: str) -> str:
    """The text without what a page adds: line breaks, hyphenation, runs of blanks."""
    joined = _BLANKS.sub(" ", _BROKEN_WORD.sub("", text)).strip()
    return _BETWEEN_HAN.sub("", joined)


def find_pages(quote: str, pages: Sequence[str]) -> tuple[int, ...]:
    """The pages, from 1 on, that the quotation begins on; empty where it stands nowhere.

    A quotation may run over to the next page. White space and end-of-line hyphens do not count.
    """
    wanted = plain(quote)
    if not wanted:
        return ()
    plain_pages = [plain(page) for page in pages]
    found: list[int] = []
    for number, page in enumerate(plain_pages, start=1):
        following = plain_pages[number] if number < len(plain_pages) else ""
        both = plain(f"{page}\n{following}")
        if wanted in page or (wanted in both and wanted not in following):
            found.append(number)
    return tuple(found)
