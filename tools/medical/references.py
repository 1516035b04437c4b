"""References in running text: pages, sections, tables, studies, other works, addresses, quoted words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["page", "part", "research", "work"]

_NUMBER = r"\d+(?:\.\d+)*"
_PAGE = re.compile(r"\b(?:pages?|pp?\.)\s*(?P<page>\d+)|第\s*(?P<页>\d+)\s*页", re.IGNORECASE)
_PART = re.compile(
    rf"\b(?:section|chapter|table|figure|fig\.|appendix|annex|box|recommendation)\s+(?:{_NUMBER}|[A-Z]\b)"
    rf"|第\s*(?:{_NUMBER}|[一二三四五六七八九十]+)\s*[章节条]|[表图]\s*{_NUMBER}|附录\s*[A-Z\d一二三四五六七八九十]",
    re.IGNORECASE,
)
_WORK = re.compile(
    r"https?://\S+|\bwww\.\S+|\bdoi:?\s*10\.\S+|\b10\.\d{4,}/\S+"
    r"|\b[A-Z][\w'’-]+(?:\s+(?:and|&)\s+[A-Z][\w'’-]+|\s+et\s+al\.?)?,?\s*\(?(?:19|20)\d\d\b\)?|\b[A-Z][\w'’-]+\s+et\s+al\b"
    r"|\[\d+(?:\s*[,–-]\s*\d+)*\]"
    r"|\b(?:[Aa]ccording\s+to|[Ss]ee)\s+(?:the\s+)?(?-i:[A-Z])[\w-]+"
    "|《[^》]+》|参考文献|[\u4e00-\u9fff]{2,4}等(?:人)?[（(，]?\\s*(?:19|20)\\d\\d"
)
_RESEARCH = re.compile(
    r"\b(?:stud(?:y|ies)|trials?|meta-analys[ie]s|systematic\s+reviews?)\b"
    "|(?:研究|试验|荟萃分析|文献)(?:表明|显示|发现|证实|指出|报道)",
    re.IGNORECASE,
)
_QUOTED = re.compile('[“"「『](?P<words>[^”"」』]{12,})[”"」』]')


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference."""

    text: str  #: As written; of a page its number, of quoted words the words.
    kind: Kind  #: Pages and numbered parts are the guideline's own; research has no name, other works have.


def find_references(text: str) -> Iterator[Reference]:
    """Every reference of ``text``."""
    yield from (Reference(found["page"] or found["页"], "page") for found in _PAGE.finditer(text))
    yield from (Reference(found[0], "part") for found in _PART.finditer(text))
    yield from (Reference(found[0], "research") for found in _RESEARCH.finditer(text))
    yield from (Reference(found[0], "work") for found in _WORK.finditer(text))
    yield from (Reference(found["words"], "work") for found in _QUOTED.finditer(text))
