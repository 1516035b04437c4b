"""What no translation may touch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.translation.protection import number_problems, protect
from tools.translation.segments import Segment


def segment(text: str, *kept: tuple[int, int]) -> Segment:
    return Segment(id="1", text=text, kept=kept)


@pytest.mark.parametrize(
    "part",
    [
        "https://a.b/c?d=1",
        "me@mail.example",
        "{name}",
        "{0:.2f}",
        "%s",
        "%(count)d",
        "%1$s",
        "${x}",
        "{{ y }}",
    ],
)
def test_addresses_and_placeholders_are_taken_out(part: str) -> None:
    protected = protect(segment(f"before {part} after"))

    assert protected.words == "before \u27e61\u27e7 after"
    assert protected.restore("nach \u27e61\u27e7 vor") == f"nach {part} vor"


@pytest.mark.parametrize("words", ["100% sure", "{ not one }", "a@b", "5 % discount", "a <b"])
def test_words_that_only_look_like_placeholders_stay(words: str) -> None:
    assert protect(segment(words)).words == words


def test_what_stands_at_the_ends_is_put_back_unasked() -> None:
    protected = protect(segment("<i>  Hello there </i>\n", (0, 3), (17, 21)))

    assert (protected.words, protected.parts) == ("Hello there", ())
    assert protected.restore("Hallo") == "<i>  Hallo </i>\n"


def test_parts_that_meet_are_one_mark() -> None:
    assert protect(segment("a <b><i>x</i></b> c", (2, 5), (5, 8), (9, 13), (13, 17))).words == (
        "a \u27e61\u27e7x\u27e62\u27e7 c"
    )


@pytest.mark.parametrize(
    ("translation", "problem"),
    [
        ("a", "\u27e61\u27e7 has to stand in it once, not 0 times"),
        ("\u27e61\u27e7 \u27e61\u27e7", "\u27e61\u27e7 has to stand in it once, not 2 times"),
        ("\u27e61\u27e7 \u27e67\u27e7", "there is no mark \u27e67\u27e7"),
    ],
)
def test_lost_doubled_and_invented_marks_are_named(translation: str, problem: str) -> None:
    assert any(problem in found for found in protect(segment("a {x} b")).problems(translation))


@given(st.text(alphabet="ab {}%s\u27e6\u27e7012<>&\n", max_size=60))
def test_whatever_a_text_holds_taking_out_and_putting_back_gives_it_again(text: str) -> None:
    protected = protect(segment(text))

    assert protected.problems(protected.words) == []
    assert protected.restore(protected.words) == text


@pytest.mark.parametrize(
    ("source", "translation", "count"),
    [
        ("In 2015 it was 1,000.5", "2015年是1.000,5", 0),
        ("１２ apples", "12 Äpfel", 0),
        ("3 of 4", "3 von 5", 2),
        ("no number", "eine 7", 1),
    ],
)
def test_numbers_are_compared_by_their_digits(source: str, translation: str, count: int) -> None:
    assert len(number_problems(source, translation)) == count
