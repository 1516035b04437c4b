"""What a result says, as numbered sentences with their numbers: questions are answered with these alone."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

MOST_FACTS = 400  # that a model is shown
MOST_PICKED = 8

_WORD = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]", re.IGNORECASE)
_LEAST_MATCH = 0.5  # of the question's weight, that a fact has to share with it
_COMMON = frozenset(
    (
        *("the", "a", "an", "of", "in", "is", "are", "was", "were", "do", "does", "did", "how", "what"),
        *("which", "who", "when", "there", "and", "or", "to", "for", "on", "by"),
    )
)
_MEANT: dict[str, str] = dict.fromkeys(("large", "big", "size", "frequent", "common"), "share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One statement."""

    id: str
    text: str
    source: str  #: Where in analysis.json it stands.


def facts_of(analysis: Mapping[str, Any], labels: Mapping[str, str]) -> list[Fact]:
    """Every fact of a result.

    Args:
        analysis: As describe has made it.
        labels: Of the topics, by id.
    """
    texts = [*_about_data(analysis), *_about_topics(analysis, labels)]
    texts += [*_about_time(analysis, labels), *_about_groups(analysis, labels)]
    return [Fact(id=f"f{number}", text=text, source=source) for number, (text, source) in enumerate(texts, 1)]


def nearest(question: str, facts: Sequence[Fact]) -> list[Fact]:
    """The facts that share the rarest words with a question; none where they share too little."""
    asked = {_MEANT.get(word, word) for word in _words(question)} - _COMMON
    spread = Counter(word for fact in facts for word in set(_words(fact.text)))
    weights = {word: log(1 + len(facts) / (1 + spread[word])) for word in asked}
    total = sum(weights.values())
    scored = [
        (sum(weights[word] for word in asked & set(_words(fact.text))), -number, fact)
        for number, fact in enumerate(facts)
    ]
    found = sorted((one for one in scored if total and one[0] >= _LEAST_MATCH * total), reverse=True)
    if not found:
        return []
    return [fact for score, _, fact in found[:MOST_PICKED] if score >= 0.8 * found[0][0]]


def _words(text: str) -> list[str]:
    return [_stem(found[0].lower()) for found in _WORD.finditer(text)]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _name(id: object, labels: Mapping[str, str]) -> str:
    label = labels.get(str(id))
    return f"topic {id} ({label})" if label else f"topic {id}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _interval(part: Mapping[str, Any]) -> str:
    if part["low"] is None:
        return f"{_percent(part['share'])} (1 document, no interval)"
    return (
        f"{_percent(part['share'])} (95 % interval {_percent(part['low'])} to {_percent(part['high'])}, "
        f"{part['documents']} documents)"
    )


def _about_data(analysis: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    facts, measures, chance = analysis["facts"], analysis["measures"], analysis["chance"]
    yield (
        f"There are {facts['documents']} documents from {facts['rows']} rows, with a vocabulary of "
        f"{facts['vocabulary']} words, {facts['mean_length']} words a document on average.",
        "facts",
    )
    yield f"There are {len(analysis['topics'])} topics; the model is {analysis['model']['name']}.", "model"
    for name, told in (
        ("c_v", "The coherence C_V"),
        ("npmi", "The coherence NPMI"),
        ("c_npmi", "The coherence C_NPMI"),
        ("u_mass", "The coherence U_Mass"),
        ("diversity", "The topic diversity TD"),
        ("irbo", "The inverted rank-biased overlap iRBO"),
    ):
        text = f"{told} is {measures[name]:.3f}; topics of chance have {chance[name]:.3f} on the same corpus."
        yield text, f"measures.{name}"
    if analysis["rows_without_topics"]:
        text = f"{analysis['rows_without_topics']} rows have no topic: they hold no word that counts."
        yield text, "rows_without_topics"


def _about_topics(analysis: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    ranked = sorted(analysis["topics"], key=lambda topic: -topic["share"]["mean"])
    for rank, topic in enumerate(ranked, start=1):
        name = _name(topic["id"], labels)
        share = {**topic["share"], "share": topic["share"]["mean"]}
        size = {1: " It is the largest topic.", len(ranked): " It is the smallest topic."}.get(rank, "")
        yield (
            f"{name} has a share of {_interval(share)}; it is the main topic of {topic['documents']} "
            f"documents, and number {rank} by share.{size}",
            f"topics.{topic['id']}.share",
        )
        words = ", ".join(word for word, _ in topic["words"][:10])
        yield f"The words of {name} are: {words}.", f"topics.{topic['id']}.words"
        yield (
            f"{name} has a coherence C_V of {topic['c_v']:.3f} and NPMI of {topic['npmi']:.3f}, and an "
            f"exclusivity FREX of {topic['frex']:.3f}.",
            f"topics.{topic['id']}",
        )
    ids = [topic["id"] for topic in analysis["topics"]]
    pairs = [(analysis["similarity"][a][b], ids[a], ids[b]) for a in range(len(ids)) for b in range(a)]
    for similar, one, other in sorted(pairs, reverse=True)[:5]:
        text = f"{_name(one, labels)} and {_name(other, labels)} have a similarity of {similar:.3f}."
        yield text, "similarity"


def _about_time(analysis: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    time = analysis["time"]
    if time is None:
        return
    yield (
        f"Time goes from {time['periods'][0]} to {time['periods'][-1]}, in {len(time['periods'])} periods.",
        "time",
    )
    for topic in time["topics"]:
        name = _name(topic["topic"], labels)
        first, last = topic["series"][0], topic["series"][-1]
        told = {"rising": "is rising (increasing, grows)", "falling": "is falling (decreasing, declines)"}
        yield (
            f"Over time {name} {told.get(topic['direction'], 'shows no trend that is significant')}: "
            f"{_interval(first)} in {first['period']}, {_interval(last)} in {last['period']}; Spearman "
            f"{topic['correlation']:+.3f}, corrected p {topic['p_corrected']:.2g}.",
            f"time.topics.{topic['topic']}",
        )
        peak = max(topic["series"], key=lambda part: part["share"])
        yield (
            f"{name} has its peak in {peak['period']}, with {_interval(peak)}.",
            f"time.topics.{topic['topic']}.series",
        )


def _about_groups(analysis: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for column in analysis["groups"]:
        for topic in column["topics"]:
            name = _name(topic["topic"], labels)
            values = sorted(topic["values"], key=lambda part: -part["share"])
            most, least = values[0], values[-1]
            if topic["p"] is None:
                tested = "the groups are too small to be tested"
            else:
                differs = "differ significantly" if topic["differs"] else "do not differ significantly"
                tested = (
                    f"groups {differs} (Kruskal-Wallis, corrected p {topic['p_corrected']:.2g}, "
                    f"epsilon squared {topic['effect']:.3f})"
                )
            yield (
                f"Between groups of {column['column']}, {name} is most frequent in {most['group']}, "
                f"{_interval(most)}, and least in {least['group']}, {_interval(least)}; {tested}.",
                f"groups.{column['column']}.{topic['topic']}",
            )
