"""What is quoted stands in the guideline, word for word, on the page that is named."""

from collections.abc import Iterator, Sequence

from tools.medical.gates.finding import Finding
from tools.medical.quotes import Pages
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion


def check_quotations(records: GuidelineRecords, pages: Sequence[str]) -> Iterator[Finding]:
    """Quotations that stand on another page than is said, or nowhere; headings that are not there.

    Args:
        pages: The guideline's text, page by page.
    """
    plain_pages = Pages(pages)
    for source, quote, page in _quotations(records):
        where = plain_pages.find(quote)
        if page not in where:
            told = f"pages {', '.join(map(str, where))}" if where else "no page"
            message = f"“{quote}” is said to be on page {page} and stands on {told}."
            yield Finding(gate="citation", source=source, message=message)
    for source, section, page in _sections(records):
        if section and not any(one <= page for one in plain_pages.find(section)):
            message = f"There is no heading “{section}” up to page {page}, under which it is said to stand."
            yield Finding(gate="citation", source=source, message=message)


def check_sources(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """Sources that sentences cite and nobody knows."""
    known = records.sources().keys()
    for sentence in version.sentences():
        for source in sentence.sources:
            if source not in known:
                message = f"There is no source “{source}”."
                yield Finding(gate="citation", sentence=sentence.id, source=source, message=message)


def _quotations(records: GuidelineRecords) -> Iterator[tuple[str, str, int]]:
    for recommendation in records.recommendations:
        yield recommendation.id, recommendation.quote, recommendation.page
        yield from ((warning.id, warning.text, warning.page) for warning in recommendation.warnings)
    yield from ((passage.id, passage.text, passage.page) for passage in records.passages)


def _sections(records: GuidelineRecords) -> Iterator[tuple[str, str, int]]:
    yield from ((one.id, one.section, one.page) for one in (*records.recommendations, *records.passages))
