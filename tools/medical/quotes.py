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


class Pages:
    """Pages in which many quotations are looked for: made plain once."""

    def __init__(self, pages: Sequence[str]) -> None:
        self._pages = [plain(page) for page in pages]
        self._following = [*self._pages[1:], ""][: len(self._pages)]
        pairs = zip(self._pages, self._following, strict=True)
        self._both = [plain(f"{page}\n{following}") for page, following in pairs]

    def find(self, quote: str) -> tuple[int, ...]:
        """The pages, from 1 on, that the quotation begins on; empty where it stands nowhere.

        A quotation may run over to the next page. White space and end-of-line hyphens do not count.
        """
        wanted = plain(quote)
        if not wanted:
            return ()
        places = enumerate(zip(self._pages, self._both, self._following, strict=False), start=1)
        return tuple(
            number
            for number, (page, both, following) in places
            if wanted in page or (wanted in both and wanted not in following)
        )


def find_pages(quote: str, pages: Sequence[str]) -> tuple[int, ...]:
    """As ``Pages.find``, for a single quotation."""
    return Pages(pages).find(quote)
