"""What a sentence refers to in its own words is there: pages and parts of the guideline, other works."""

import re
from collections.abc import Iterator, Sequence

from tools.medical.gates.finding import Finding
from tools.medical.quotes import plain
from tools.medical.records import GuidelineRecords
from tools.medical.references import Reference, find_references
from tools.medical.version import PatientVersion

# What a passage says where it rests on studies.
_RESEARCH = re.compile("stud(?:y|ies)|trial|placebo|random|evidence|compared with|研究|试验|证据|安慰剂|随机")


def check_references(
    version: PatientVersion, records: GuidelineRecords, pages: Sequence[str] = ()
) -> Iterator[Finding]:
    """References to pages, parts, works and words that nobody finds there.

    Args:
        pages: The guideline's text, page by page; without them its pages and parts are not looked up.
    """
    texts, whole = records.sources(), plain("\n".join(pages)).lower()
    for sentence in version.sentences():
        cited = plain(" ".join(texts[source] for source in sentence.sources if source in texts)).lower()
        for one in find_references(sentence.text):
            if not _is_there(one, cited, whole, len(pages)):
                message = f"It refers to “{one.text}”, which stands in nothing that it cites."
                yield Finding(gate="references", sentence=sentence.id, message=message)


def _is_there(reference: Reference, cited: str, whole: str, pages: int) -> bool:
    words = plain(reference.text).lower()
    if words in cited:
        return True
    if reference.kind == "research":
        return bool(_RESEARCH.search(cited))
    if reference.kind == "work":
        return False
    return not pages or (int(words) <= pages if reference.kind == "page" else words in whole)
