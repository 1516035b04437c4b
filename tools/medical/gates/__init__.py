"""The gates that a version has to pass before it is released."""

from collections.abc import Sequence

from tools.medical.gates.additions import check_additions
from tools.medical.gates.citation import check_quotations, check_sources
from tools.medical.gates.coverage import check_coverage
from tools.medical.gates.drugs import check_drugs
from tools.medical.gates.finding import Finding
from tools.medical.gates.negation import check_negation
from tools.medical.gates.numbers import check_numbers
from tools.medical.gates.opposites import check_opposites
from tools.medical.gates.population import check_population
from tools.medical.gates.references import check_references
from tools.medical.gates.strength import check_strength
from tools.medical.gates.support import check_support
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion


def check_draft(version: PatientVersion, records: GuidelineRecords) -> list[Finding]:
    """What the gates find that need no pages: every recommendation of ``records`` has to be given."""
    return [
        *check_numbers(version, records),
        *check_strength(version, records),
        *check_negation(version, records),
        *check_population(version, records),
        *check_opposites(version, records),
        *check_drugs(version, records),
        *check_support(version, records),
        *check_sources(version, records),
        *check_references(version, records),
        *check_coverage(version, records),
        *check_additions(version),
    ]


def check_version(version: PatientVersion, records: GuidelineRecords, pages: Sequence[str]) -> list[Finding]:
    """Everything that the safety gates find.

    Args:
        pages: The guideline's text, page by page.
    """
    named = [found for found in check_draft(version, records) if found.gate != "references"]
    return [*named, *check_references(version, records, pages), *check_quotations(records, pages)]
