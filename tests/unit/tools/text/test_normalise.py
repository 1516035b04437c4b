from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.novels.quotations import find_spans
from tools.text.normalise import normalise

HARD = st.text(alphabet="\r\n\ufeff\u200b\u00a0\u3000\x00\x85\u2028\"“”' ab他。", max_size=60)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        pytest.param("a\r\nb", "a\nb", id="CR LF"),
        pytest.param("a\rb", "a\nb", id="CR"),
        pytest.param("a\u2028b\u2029c\x85d", "a\nb\nc\nd", id="Unicode line breaks"),
        pytest.param("\ufeffa", "a", id="byte order mark"),
        pytest.param("a\u200bb\u00adc", "abc", id="zero width and soft hyphen"),
        pytest.param("a\u00a0b\u3000c", "a b c", id="blanks"),
        pytest.param("a\tb\x00\x1a", "a\tb", id="control characters but tabs"),
        pytest.param("Ａ“é", "Ａ“é", id="letters and marks stay"),
    ],
)
def test_line_breaks_and_blanks_get_one_form(source: str, text: str) -> None:
    assert normalise(source).text == text


@given(source=st.one_of(st.text(), HARD))
def test_the_way_back_is_monotone_and_covers_the_source(source: str) -> None:
    normalised = normalise(source)
    offsets = [normalised.to_source(offset) for offset in range(len(normalised.text) + 1)]

    assert offsets[-1] == len(source)
    assert offsets[0] == 0 or not normalised.text
    assert all(before < after for before, after in pairwise(offsets))


@given(source=st.one_of(st.text(), HARD))
def test_each_character_maps_to_the_one_that_it_came_from(source: str) -> None:
    normalised = normalise(source)

    for offset, character in enumerate(normalised.text):
        origin = source[normalised.to_source(offset) : normalised.to_source(offset + 1)]
        assert normalise(origin).text == character


@given(source=st.one_of(st.text(), HARD))
def test_spans_of_the_normalised_text_tile_the_source(source: str) -> None:
    normalised = normalise(source)
    spans = find_spans(normalised.text, "en")

    pieces = [source[normalised.to_source(span.start) : normalised.to_source(span.end)] for span in spans]

    assert "".join(pieces) == (source if normalised.text else "")


@pytest.mark.parametrize("offset", [-1, 3])
def test_an_offset_outside_of_the_text_is_an_error(offset: int) -> None:
    with pytest.raises(IndexError):
        normalise("ab").to_source(offset)
