"""The report of a result: what a paper's data, methods and results sections need, all from its data."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.text.language import Language
from tools.topics.analysis.spread import SIGNIFICANT
from tools.topics.figures.tables import MEASURES, FigureTable, topic_labels
from tools.topics.models.spec import NAMES
from tools.topics.report.blocks import Block, Figure, Heading, Paragraph, Quotation, Table
from tools.topics.report.wording import references, wording

_WORDS = 10  # of a topic
_QUOTES = 3
_MANY_TOPICS = 60  # beyond which only the table has them all


def write_report(
    analysis: Mapping[str, Any],
    figures: Sequence[FigureTable],
    language: Language,
    *,
    versions: Mapping[str, str],
    has_boxes: bool,
) -> list[Block]:
    """The report's blocks, in order.

    Args:
        analysis: analysis.json of a finished result, with labels, edits and the selection.
        figures: Those that are drawn.
        language: Of the report.
        versions: Of the programs that the result came from, by name.
        has_boxes: Whether figures show boxes in place of characters.
    """
    return list(_Writer(analysis, figures, language, versions, has_boxes=has_boxes).blocks())


class _Writer:
    def __init__(
        self,
        analysis: Mapping[str, Any],
        figures: Sequence[FigureTable],
        language: Language,
        versions: Mapping[str, str],
        *,
        has_boxes: bool,
    ) -> None:
        self._analysis, self._figures, self._versions = analysis, figures, versions
        self._words = wording(language)
        self._labels = topic_labels(analysis)
        self._has_boxes = has_boxes

    def blocks(self) -> Iterator[Block]:
        yield Heading(text=self._say("title", documents=self._analysis["facts"]["documents"]), level=1)
        yield from self._data()
        yield from self._methods()
        yield from self._topics()
        yield from self._quality()
        yield from self._time()
        yield from self._groups()
        yield from self._changes()
        yield from self._parameters()
        yield from self._limits()
        yield self._heading("references")
        for reference in references():
            yield Paragraph(text=reference)
        if self._analysis["facts"].get("tuning"):
            yield Paragraph(text=self._words["reference_tuning"])

    def _say(self, key: str, **values: object) -> str:
        return self._words[key].format(**values)

    def _heading(self, key: str) -> Heading:
        return Heading(text=self._words[key], level=2)

    def _table(self, caption: str, header: str, rows: Sequence[Sequence[str]]) -> Table:
        return Table(
            caption=caption, header=tuple(self._words[header].split("|")), rows=tuple(map(tuple, rows))
        )

    def _drawn(self, *kinds: str) -> Iterator[Figure]:
        for table in self._figures:
            if table.kind in kinds:
                facts = {"shown": len(table.rows), **table.facts}
                yield Figure(name=table.name, caption=self._say(f"figure_{table.kind}", **facts))

    def _name(self, id: int) -> str:
        return f"{id} {self._labels[id]}"

    def _data(self) -> Iterator[Block]:
        facts = self._analysis["facts"]
        yield self._heading("data")
        spoken = self._words[facts["language"]]
        yield Paragraph(text=self._say("data_text", **{**facts, "language": spoken}))
        if self._analysis["rows_without_topics"]:
            yield Paragraph(text=self._say("without", count=self._analysis["rows_without_topics"]))

    def _methods(self) -> Iterator[Block]:
        analysis = self._analysis
        spec: dict[str, Any] = analysis["model"]["spec"]
        selection: dict[str, Any] = analysis.get("selection") or {}
        plan: dict[str, Any] = analysis.get("plan") or {}
        trials: list[Any] = analysis.get("trials", [])
        yield self._heading("methods")
        tried = self._words["one"]
        if len(trials) > 1:
            why = selection["model_reason"]
            tried = self._say("tried", count=len(trials), measure=selection["measure"], reason=why)
        kind, name = NAMES[spec["kind"]], analysis["model"]["name"]
        yield Paragraph(text=self._say("method_model", kind=kind, name=name, seed=spec["seed"], tried=tried))
        if tuning := analysis["facts"].get("tuning"):
            yield Paragraph(text=self._say("method_tuning", **tuning))
        if plan.get("again"):
            yield Paragraph(text=self._say("method_again", again=plan["again"]))
        yield Paragraph(text=self._words["method_measures"])
        yield Paragraph(text=self._say("method_tests", alpha=SIGNIFICANT))
        makers = {label["by"] for label in analysis.get("labels", {}).values()}
        yield Paragraph(
            text=self._words["method_labels_model" if "model" in makers else "method_labels_rules"]
        )
        if analysis.get("edits"):
            yield Paragraph(text=self._say("method_edits", count=len(analysis["edits"])))

    def _topics(self) -> Iterator[Block]:
        ranked = sorted(self._analysis["topics"], key=lambda topic: -topic["share"]["mean"])
        yield self._heading("topics")
        rows = [
            [
                str(topic["id"]),
                self._labels[topic["id"]],
                _share({**topic["share"], "share": topic["share"]["mean"]}),
                str(topic["documents"]),
                _number(topic["npmi"]),
                _number(topic["c_v"]),
                _listed(topic),
            ]
            for topic in ranked
        ]
        yield self._table(self._words["topic_table"], "topic_header", rows)
        yield from self._drawn("words", "shares")
        for topic in ranked[:_MANY_TOPICS]:
            yield from self._topic(topic)
        yield from self._drawn("similarity", "tree", "map")

    def _topic(self, topic: Mapping[str, Any]) -> Iterator[Block]:
        label = self._analysis.get("labels", {}).get(str(topic["id"]), {})
        yield Heading(
            text=self._say("topic_heading", id=topic["id"], label=self._labels[topic["id"]]), level=3
        )
        if label.get("description"):
            yield Paragraph(text=label["description"])
        share = _share({**topic["share"], "share": topic["share"]["mean"]})
        yield Paragraph(
            text=self._say(
                "topic_text",
                share=share,
                documents=topic["documents"],
                words=_listed(topic),
                typical=", ".join(topic["typical"]),
            )
        )
        for quote in [*label.get("quotes", []), *topic["quotes"]][:_QUOTES]:
            yield Quotation(text=quote["quote"], source=self._say("row", row=quote["row"]))

    def _quality(self) -> Iterator[Block]:
        analysis = self._analysis
        yield self._heading("quality")
        measured = [
            (trial["name"], trial["topics"], trial["measures"]) for trial in analysis.get("trials", [])
        ]
        measured.append((self._words["final"], len(analysis["topics"]), analysis["measures"]))
        chance = analysis["chance"]
        measured.append((self._words["chance"], len(chance["topic_npmi"]), chance))
        rows = [
            [name, str(topics), *(_number(measures[key]) for key in MEASURES)]
            for name, topics, measures in measured
        ]
        yield self._table(self._words["quality_table"], "quality_header", rows)
        yield from self._drawn("selection", "models")

    def _time(self) -> Iterator[Block]:
        time = self._analysis["time"]
        yield self._heading("time")
        if time is None:
            yield Paragraph(text=self._words["no_time"])
            return
        rows = [
            [
                self._name(topic["topic"]),
                f"{topic['series'][0]['period']}: {_share(topic['series'][0])}",
                f"{topic['series'][-1]['period']}: {_share(topic['series'][-1])}",
                f"{topic['correlation']:+.3f}",
                f"{topic['p_corrected']:.2g}",
                self._words[topic["direction"]],
            ]
            for topic in time["topics"]
        ]
        yield self._table(self._say("time_table", test=time["test"]), "time_header", rows)
        yield from self._drawn("series", "word_series")

    def _groups(self) -> Iterator[Block]:
        yield self._heading("groups")
        if not self._analysis["groups"]:
            yield Paragraph(text=self._words["no_groups"])
        for column in self._analysis["groups"]:
            caption = self._say("group_table", column=column["column"], test=column["test"])
            yield self._table(caption, "group_header", [self._compared(topic) for topic in column["topics"]])
        yield from self._drawn("heat")

    def _compared(self, topic: Mapping[str, Any]) -> list[str]:
        ordered = sorted(topic["values"], key=lambda part: -part["share"])
        is_tested = topic["p"] is not None
        return [
            self._name(topic["topic"]),
            f"{ordered[0]['group']}: {_share(ordered[0])}",
            f"{ordered[-1]['group']}: {_share(ordered[-1])}",
            _number(topic["effect"]),
            f"{topic['p_corrected']:.2g}" if is_tested else self._words["untested"],
            self._words["yes" if topic["differs"] else "no"] if is_tested else "–",
        ]

    def _changes(self) -> Iterator[Block]:
        edits: list[Any] = self._analysis.get("edits") or []
        if edits:
            yield self._heading("changes")
            for edit in edits:
                yield Paragraph(text=json.dumps(edit, ensure_ascii=False))

    def _parameters(self) -> Iterator[Block]:
        analysis = self._analysis
        given = {
            "data_sha256": analysis["facts"]["data_sha256"],
            "cleaning": analysis["facts"].get("cleaning"),
            "plan": analysis.get("plan"),
            "model": analysis["model"],
            "tuning": analysis["facts"].get("tuning"),
            **self._versions,
        }
        rows = [
            [name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)]
            for name, value in given.items()
            if value is not None
        ]
        yield self._heading("parameters")
        yield self._table(self._words["parameter_table"], "parameter_header", rows)

    def _limits(self) -> Iterator[Block]:
        npmi, floor = self._analysis["measures"]["npmi"], self._analysis["chance"]["npmi"]
        yield self._heading("limits")
        chance = self._say("limit_chance", npmi=_number(npmi), floor=_number(floor))
        yield Paragraph(text=self._say("limit_text", chance=chance))
        if self._has_boxes:
            yield Paragraph(text=self._words["fonts"])


def _listed(topic: Mapping[str, Any]) -> str:
    return ", ".join(word for word, _ in topic["words"][:_WORDS])


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _share(part: Mapping[str, Any]) -> str:
    told = f"{100 * part['share']:.1f} %"
    if part["low"] is None:
        return told
    return f"{told} ({100 * part['low']:.1f}–{100 * part['high']:.1f})"
