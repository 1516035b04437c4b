"""What is quoted stands in the guideline, word for word, on the page that is named."""

from collections.abc import Iterator, Sequence

from tools.medical.gates.finding import Finding
from tools.medical.quotes import find_pages
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion


def check_citations(
    version: PatientVersion, records: GuidelineRecords, pages: Sequence[str]
) -> Iterator[Finding]:
    """Quotations that stand elsewhere or nowhere, and sources that sentences cite and nobody knows.

    Args:
        pages: The guideline's text, page by page.
    """
    for source, quote, page in _quotations(records):
        where = find_pages(quote, pages)
        if page not in where:
            told = f"pages {', '.join(map(str, where))}" if where else "no page"
            yield Finding(
                gate="citation",
                source=source,
                message=f"“{quote}” is said to be on page {page} and stands on {told}.",
            )
    known = records.sources().keys()
    for sentence in version.sentences():
        for source in sentence.sources:
            if source not in known:
                yield Finding(
                    gate="citation",
                    sentence=sentence.id,
                    source=source,
                    message=f"There is no source “{source}”.",
                )


def _quotations(records: GuidelineRecords) -> Iterator[tuple[str, str, int]]:
    for recommendation in records.recommendations:
        yield recommendation.id, recommendation.quote, recommendation.page
        yield from ((warning.id, warning.text, warning.page) for warning in recommendation.warnings)
    yield from ((passage.id, passage.text, passage.page) for passage in records.passages)
