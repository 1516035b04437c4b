"""Figures for print, drawn by matplotlib from their tables and from nothing else."""

# matplotlib's types leave much open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from math import ceil
from typing import Any

from tools.text.language import Language
from tools.topics.figures.fonts import families, unprintable
from tools.topics.figures.tables import FigureTable, Kind, Row
from tools.topics.figures.wording import WORDS

# Okabe and Ito's, which people with any colour vision tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#000000")
Words = Mapping[str, str]

_BAND = 0.2  # opacity of an interval
_DPI = 200
_SIDE = 3  # small figures beside each other
_MOST_SHOWN = 40  # groups on a heat map, those with the most documents; the table has all
_MOST_PERIOD_NAMES = 8
_LONGEST_NAME = 32  # characters


def draw(table: FigureTable, language: Language = "en") -> dict[str, bytes]:
    """The figure as PNG and SVG, by the names of their files; equal tables give equal bytes.

    Args:
        table: What is drawn.
        language: Of what stands beside the axes; English where no font has Chinese letters.
    """
    import matplotlib  # noqa: PLC0415 - seconds, and a child process draws
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    style: Any = {
        "font.family": families(),
        "font.size": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": False,
        "text.usetex": False,
        "text.parse_math": False,  # a dollar in a word is a dollar
        "svg.hashsalt": "scriptorium",
        "svg.fonttype": "path",
    }
    with matplotlib.rc_context(style):
        figure: Any = Figure(layout="constrained")
        words = WORDS["en" if unprintable(WORDS[language].values()) else language]
        _DRAWN[table.kind](figure, table, words)
        return {
            f"{table.name}.png": _saved(figure, "png", {"Software": None}),
            f"{table.name}.svg": _saved(figure, "svg", {"Date": None, "Creator": None}),
        }


def _saved(figure: Any, form: str, metadata: dict[str, None]) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format=form, dpi=_DPI, metadata=metadata)
    return buffer.getvalue()


def _short(text: object) -> str:
    name = str(text)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _by_topic(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _panels(
    figure: Any, rows: Sequence[Row], height: float, *, shared: bool = False
) -> list[tuple[Any, list[Row]]]:
    """A small pair of axes for each topic, with its rows."""
    topics = _by_topic(rows)
    across = min(_SIDE, len(topics))
    down = ceil(len(topics) / across)
    figure.set_size_inches(2.4 * across + 0.4, height * down + 0.2)
    grid = figure.subplots(down, across, squeeze=False, sharex=shared, sharey=shared)
    for spare in grid.flat[len(topics) :]:
        spare.set_axis_off()
    found = list(zip(grid.flat, topics.values(), strict=False))
    for axes, own in found:
        axes.set_title(_short(f"{own[0][0]} {own[0][1]}"), fontsize=8)
    return found


def _words(figure: Any, table: FigureTable, words: Words) -> None:
    for axes, rows in _panels(figure, table.rows, 1.9):
        axes.barh([row[2] for row in rows], [row[4] for row in rows], color=COLOURS[0])
        axes.set_yticks([row[2] for row in rows], [_short(row[3]) for row in rows])
        axes.invert_yaxis()
    figure.supxlabel(words["probability"])


def _shares(figure: Any, table: FigureTable, words: Words) -> None:
    figure.set_size_inches(6, 0.28 * len(table.rows) + 0.9)
    axes = figure.subplots()
    for place, (id, label, share, low, high, _) in enumerate(table.rows):
        if low is not None:
            axes.plot([low, high], [place, place], color=COLOURS[0])
        axes.plot([share], [place], "o", color=COLOURS[0], markersize=4)
        axes.text(0, place, _short(f"{id} {label}") + "  ", ha="right", va="center")
    axes.set_yticks([])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel(words["share"])


def _periods(axes: Any, periods: Sequence[str]) -> None:
    step = ceil(len(periods) / _MOST_PERIOD_NAMES)
    axes.set_xticks(range(0, len(periods), step), periods[::step], rotation=45, ha="right")


def _series(figure: Any, table: FigureTable, words: Words) -> None:
    periods: list[str] = table.facts["periods"]
    places = {period: place for place, period in enumerate(periods)}
    for axes, rows in _panels(figure, table.rows, 1.7, shared=True):
        axes.plot(
            [places[row[2]] for row in rows], [row[3] for row in rows], "o-", color=COLOURS[0], markersize=2
        )
        sure = [row for row in rows if row[4] is not None]
        axes.fill_between(
            [places[row[2]] for row in sure],
            [row[4] for row in sure],
            [row[5] for row in sure],
            color=COLOURS[0],
            alpha=_BAND,
            linewidth=0,
        )
        axes.set_ylim(bottom=0)
        _periods(axes, periods)
    figure.supylabel(words["share"])


def _word_series(figure: Any, table: FigureTable, words: Words) -> None:
    periods: list[str] = table.facts["periods"]
    places = {period: place for place, period in enumerate(periods)}
    for axes, rows in _panels(figure, table.rows, 2.2):
        chosen = dict.fromkeys(row[2] for row in rows)
        for word, colour in zip(chosen, COLOURS, strict=False):
            own = [row for row in rows if row[2] == word]
            heights = [float("nan") if row[4] is None else row[4] for row in own]
            axes.plot(
                [places[row[3]] for row in own], heights, "o-", color=colour, label=_short(word), markersize=2
            )
        axes.legend(fontsize=5, framealpha=0.6, edgecolor="none")
        axes.set_ylim(bottom=0)
        _periods(axes, periods)
    figure.supylabel(words["word_share"])


def _matrix(
    axes: Any, figure: Any, cells: Sequence[Sequence[float]], across: Sequence[str], down: Sequence[str]
) -> None:
    image = axes.imshow(cells, aspect="auto", cmap="viridis")
    axes.set_xticks(range(len(across)), [_short(name) for name in across], rotation=45, ha="right")
    axes.set_yticks(range(len(down)), [_short(name) for name in down])
    figure.colorbar(image, ax=axes)


def _heat(figure: Any, table: FigureTable, words: Words) -> None:
    documents = dict(zip(table.facts["groups"], table.facts["documents"], strict=True))
    shown = sorted(documents, key=lambda group: -documents[group])[:_MOST_SHOWN]
    groups = [group for group in table.facts["groups"] if group in set(shown)]
    topics = _by_topic(table.rows)
    cells = [[{row[2]: row[3] for row in rows}[group] for group in groups] for rows in topics.values()]
    figure.set_size_inches(0.35 * len(groups) + 3.6, 0.28 * len(topics) + 1.6)
    axes = figure.subplots()
    _matrix(axes, figure, cells, groups, [f"{id} {rows[0][1]}" for id, rows in topics.items()])
    axes.set_xlabel(_short(table.facts["column"]))


def _similarity(figure: Any, table: FigureTable, words: Words) -> None:
    topics = _by_topic(table.rows)
    names = [f"{id} {rows[0][1]}" for id, rows in topics.items()]
    side = 0.28 * len(topics) + 2.4
    figure.set_size_inches(side + 0.8, side)
    _matrix(figure.subplots(), figure, [[row[4] for row in rows] for rows in topics.values()], names, names)


def _tree(figure: Any, table: FigureTable, words: Words) -> None:
    from scipy.cluster.hierarchy import dendrogram  # noqa: PLC0415 - as above

    numbers = {name: place for place, name in enumerate(table.facts["names"])}
    links = [[float(numbers[row[1]]), float(numbers[row[2]]), row[3], float(row[4])] for row in table.rows]
    figure.set_size_inches(6, 0.26 * len(table.facts["leaves"]) + 0.9)
    axes = figure.subplots()
    labels = [_short(name) for name in table.facts["leaves"]]
    dendrogram(
        links, orientation="left", labels=labels, ax=axes, color_threshold=0, above_threshold_color=COLOURS[0]
    )
    axes.tick_params(axis="y", labelsize=8)
    axes.set_xlabel(words["distance"])


def _map(figure: Any, table: FigureTable, words: Words) -> None:
    figure.set_size_inches(6.4, 5)
    axes = figure.subplots()
    topics: dict[int, list[Row]] = {}
    for row in table.rows:
        topics.setdefault(row[1], []).append(row)
    markers = "osD^vP*X"
    for place, (id, rows) in enumerate(sorted(topics.items())):
        axes.scatter(
            [row[3] for row in rows],
            [row[4] for row in rows],
            s=8,
            color=COLOURS[place % len(COLOURS)],
            marker=markers[place // len(COLOURS) % len(markers)],
            label=_short(f"{id} {rows[0][2]}"),
            linewidths=0,
        )
    axes.legend(fontsize=6, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    one, other = table.facts["variance"]
    axes.set_xlabel(words["first"].format(percent=100 * one))
    axes.set_ylabel(words["second"].format(percent=100 * other))


def _selection(figure: Any, table: FigureTable, words: Words) -> None:
    figure.set_size_inches(6, 3.4)
    axes = figure.subplots()
    counts = [row[1] for row in table.rows]
    axes.set_xticks(counts)
    for place, name in enumerate(table.header[2:]):
        heights = [row[place + 2] for row in table.rows]
        if all(height is not None for height in heights):
            axes.plot(counts, heights, "o-", color=COLOURS[place], markersize=3, label=name.replace("_", " "))
    axes.axvline(table.facts["chosen"], color=COLOURS[-1], linestyle=":", linewidth=1)
    axes.set_xlabel(words["count"])
    axes.legend(fontsize=7, frameon=False)


_BARS = ("c_v", "npmi", "diversity", "irbo", "stability_words", "stability_documents")


def _models(figure: Any, table: FigureTable, words: Words) -> None:
    places = [table.header.index(name) for name in _BARS]
    figure.set_size_inches(7.2, 0.2 * len(table.rows) + 1.1)
    panels = figure.subplots(1, len(_BARS), sharey=True)
    for axes, place, name in zip(panels, places, _BARS, strict=True):
        known = [(height, row[place]) for height, row in enumerate(table.rows) if row[place] is not None]
        colours = [COLOURS[6] if table.rows[height][0] == "chance" else COLOURS[0] for height, _ in known]
        axes.barh([height for height, _ in known], [value for _, value in known], color=colours)
        axes.set_title(name.replace("y_", "y\n"), fontsize=7)
    panels[0].set_yticks(range(len(table.rows)), [row[0] for row in table.rows])
    panels[0].invert_yaxis()


_DRAWN: dict[Kind, Callable[[Any, FigureTable, Words], None]] = {
    "words": _words,
    "shares": _shares,
    "series": _series,
    "word_series": _word_series,
    "heat": _heat,
    "similarity": _similarity,
    "tree": _tree,
    "map": _map,
    "selection": _selection,
    "models": _models,
}
