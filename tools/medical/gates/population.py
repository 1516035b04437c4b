"""A recommendation stays for the people that it is for, and a warning for those that it warns."""

from collections.abc import Iterator

from tools.medical.gates.finding import Finding
from tools.medical.people import find_groups, is_of_people, named_groups, topics
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion


def check_population(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """Groups that sentences add, and groups of a recommendation or warning that its sentences leave out.

    What the whole guideline is about may be said, and left unsaid, anywhere.
    """
    texts, whom = records.sources(), _whom(records)
    understood = topics(version.title, list(texts.values()))
    for sentence in version.sentences():
        if sentence.kind == "addition":
            continue
        cited = " ".join(f"{texts.get(source, '')} {whom.get(source, '')}" for source in sentence.sources)
        meant = find_groups(cited)
        for group in sorted(_unsaid(named_groups(sentence.text) - meant, understood, meant)):
            yield Finding(
                gate="population",
                sentence=sentence.id,
                message=f"It speaks of {group}, what it cites does not: “{cited.strip()}”",
            )
    for source, people in _people(records):
        citing = version.citing(source)
        said = find_groups(" ".join(sentence.text for sentence in citing))
        meant = named_groups(people)
        for group in sorted(_unsaid(meant - said, understood, said - meant) if citing else ()):
            yield Finding(
                gate="population",
                source=source,
                message=f"The guideline speaks of {group} (“{people}”), no sentence that cites it does.",
            )


def _unsaid(groups: frozenset[str], understood: frozenset[str], others: frozenset[str]) -> Iterator[str]:
    """Those of ``groups`` that one cannot leave to be understood, where ``others`` stand in their place."""
    names_others = any(is_of_people(other) for other in others)
    for group in groups:
        if group not in understood or (names_others and is_of_people(group)):
            yield group


def _whom(records: GuidelineRecords) -> dict[str, str]:
    """For whom a recommendation is, which its warnings may name as well."""
    return {
        source.id: recommendation.population
        for recommendation in records.recommendations
        for source in (recommendation, *recommendation.warnings)
    }


def _people(records: GuidelineRecords) -> Iterator[tuple[str, str]]:
    """What has to be kept: whom each recommendation is for, whom warnings and facts tell of."""
    for recommendation in records.recommendations:
        yield recommendation.id, recommendation.population
        yield from ((warning.id, warning.text) for warning in recommendation.warnings)
    yield from ((passage.id, passage.text) for passage in records.passages)
