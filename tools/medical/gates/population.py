"""A recommendation stays for the people that it is for."""

from collections.abc import Iterator

from tools.medical.gates.finding import Finding
from tools.medical.people import find_groups
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion


def check_population(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """Groups that sentences add, and groups of a recommendation that its sentences leave out."""
    texts = records.sources()
    whom = {recommendation.id: recommendation.population for recommendation in records.recommendations}
    for sentence in version.sentences():
        cited = " ".join(f"{texts.get(source, '')} {whom.get(source, '')}" for source in sentence.sources)
        for group in sorted(find_groups(sentence.text) - find_groups(cited)):
            if sentence.kind != "addition":
                yield Finding(
                    gate="population",
                    sentence=sentence.id,
                    message=f"It speaks of {group}, what it cites does not: “{cited.strip()}”",
                )
    for recommendation in records.recommendations:
        citing = version.citing(recommendation.id)
        said = find_groups(" ".join(sentence.text for sentence in citing))
        for group in sorted(find_groups(recommendation.population) - said if citing else ()):
            yield Finding(
                gate="population",
                source=recommendation.id,
                message=f"It is for {recommendation.population}; no sentence of it says {group}.",
            )
