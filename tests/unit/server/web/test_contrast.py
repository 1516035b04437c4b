"""The console's colours against WCAG 2.2: 4.5:1 for text, 3:1 for lines and controls, in both themes.

Contrast ratio and relative luminance: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

import re
from itertools import product

import pytest

from server.api.console import FOLDER

THEMES: tuple[str, str] = ("light", "dark")
COLOUR = re.compile(r"--(?P<name>[\w-]+): light-dark\((?P<light>#\w{6}), (?P<dark>#\w{6})\)")
SPEAKER = re.compile(r"\.(speaker-\w+) \{ --speaker: light-dark\((#\w{6}), (#\w{6})\); --line: ([^;]+);")
STYLE = (FOLDER / "style.css").read_text(encoding="utf-8")

TOKENS: dict[str, dict[str, str]] = {
    name: dict(zip(THEMES, pair, strict=True)) for name, *pair in COLOUR.findall(STYLE)
}
SPEAKERS: dict[str, dict[str, str]] = {
    name: dict(zip(THEMES, pair, strict=True)) for name, *pair, _ in SPEAKER.findall(STYLE)
}
LINES: dict[str, str] = {name: line for name, _, _, line in SPEAKER.findall(STYLE)}
TEXT_PAIRS = [*product(("ink", "muted", "accent"), ("paper", "sheet", "wash")), ("on-accent", "accent")]
CONTROL_PAIRS = list(product(("edge", "accent", "good"), ("paper", "sheet")))


SHEET = (FOLDER.parents[1] / "docs" / "console.md").read_text(encoding="utf-8")


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0 to 1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """The contrast ratio, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable(text: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "ground"), CONTROL_PAIRS)
def test_control_is_visible(edge: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[edge][theme], TOKENS[ground][theme]) >= 3


@pytest.mark.parametrize(("one", "ground"), [*TEXT_PAIRS, *CONTROL_PAIRS])
def test_design_sheet_has_the_contrast(one: str, ground: str) -> None:
    light, dark = (f"{contrast(TOKENS[one][theme], TOKENS[ground][theme]):.1f}" for theme in THEMES)
    assert f"| {one} on {ground} | {light} | {dark} |" in SHEET


def test_design_sheet_has_the_colours() -> None:
    for name in TOKENS.keys() - {"speaker"}:
        colours = TOKENS[name]
        assert f"| `--{name}` | `{colours['light']}` | `{colours['dark']}` |" in SHEET


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("speaker", SPEAKERS)
def test_speaker_is_readable_on_paper(speaker: str, theme: str) -> None:
    assert contrast(SPEAKERS[speaker][theme], TOKENS["paper"][theme]) >= 4.5


def test_no_two_speakers_share_colour_or_line() -> None:
    numbered = [name for name in SPEAKERS if name[-1].isdigit()]
    assert len(numbered) == 12
    assert len({LINES[name] for name in numbered}) == 12
    for theme in THEMES:
        assert len({SPEAKERS[name][theme] for name in numbered}) == 12
