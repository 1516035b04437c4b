"""A table becomes a corpus, and every choice on the way is told; what cannot become one is explained."""

import random

import pytest

from tools.errors import InvalidInput
from tools.topics.cleaning import Cleaning, Tokenizer
from tools.topics.columns import Columns
from tools.topics.corpus import Corpus
from tools.topics.preparing import OTHER, prepare
from tools.topics.remarks import Remark
from tools.topics.tables.table import Table
from tools.topics.times import Moment, fitting_period, read_moment

WORDS = [f"{one}{two}{one}" for one in "bcdfg" for two in "aeiou"]


def texts(count: int) -> list[str]:
    """Texts of nine words each, none like another."""
    chance = random.Random(1)  # noqa: S311 - chance that is the same each time
    return [" ".join(chance.sample(WORDS, 9)) for _ in range(count)]


def prepared(
    columns: dict[str, list[str]], cleaning: Cleaning | None = None
) -> tuple[Corpus, dict[str, Remark]]:
    roles = Columns(
        text="text", time="time" if "time" in columns else None, groups=("g",) if "g" in columns else ()
    )
    corpus, remarks = prepare(
        Table(columns=columns), roles, cleaning or Cleaning(language="en"), None, lambda done, total: None
    )
    return corpus, {remark.code: remark for remark in remarks}


def test_a_corpus_is_the_same_after_it_was_saved() -> None:
    columns = {"text": texts(60), "time": ["2020", "2021"] * 30, "g": ["a", "b", ""] * 20}
    corpus, _ = prepared(columns)

    again = Corpus.load(corpus.save())

    assert again.save() == corpus.save()
    assert (again.words, again.times, again.groups, again.texts) == (
        corpus.words,
        corpus.times,
        corpus.groups,
        corpus.texts,
    )


def test_texts_that_nearly_repeat_another_count_once_and_share_its_document() -> None:
    rows = [*texts(60), ""]
    rows.append(rows[3])

    corpus, remarks = prepared({"text": rows})

    assert corpus.row_documents[-1] == corpus.row_documents[3]
    assert corpus.row_documents[60] == -1
    assert {"duplicates", "empty_texts"} <= set(remarks)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["same words in every text"] * 100, "too_few_documents"),
        (["one two", "three four", "five six"], "too_few_documents"),
        (["apple", "river", "stone", "cloud", "garden"], "too_few_words"),
        (["", " ", "\n"], "empty_input"),
    ],
    ids=["all equal", "three", "a word each", "blank"],
)
def test_what_no_topics_can_come_of_is_refused(rows: list[str], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        prepared({"text": rows})

    assert refused.value.code == code
    assert refused.value.hint


def test_of_three_thousand_groups_the_largest_are_compared() -> None:
    rows = texts(3050)
    groups = [f"g{n}" for n in range(3000)] + ["large"] * 50

    corpus, remarks = prepared({"text": rows, "g": groups}, Cleaning(language="en", drop_duplicates=False))

    assert len(set(corpus.groups["g"])) == 50
    assert {"large", OTHER} <= set(corpus.groups["g"])
    assert "3001 groups" in remarks["too_many_groups"].message


def test_missing_dates_are_told_and_a_column_without_dates_is_left_alone() -> None:
    times = ["2020-01-05", "2020-02-05", "unknown", ""] * 15

    corpus, remarks = prepared({"text": texts(60), "time": times})

    assert set(corpus.times or ()) == {"2020-01", "2020-02", ""}
    assert remarks["missing_dates"].message.startswith("30 texts")
    without, remarks = prepared({"text": texts(60), "time": ["2020", "", "", ""] * 15})
    assert without.times is None
    assert "too_few_dates" in remarks


def test_chinese_and_english_texts_are_each_taken_apart_in_their_own_way() -> None:
    tokenizer = Tokenizer(Cleaning(dictionary=("量子霸权", "machine learning")), "mixed")

    assert tokenizer.words("我们的经济政策和量子霸权") == ["经济", "政策", "量子霸权"]
    assert tokenizer.words("The machine learning of <b>cats</b> at https://x.org/the-dog &amp; a@b.com") == [
        "machine_learning",
        "cats",
    ]


def test_own_stop_words_leave_and_personal_data_is_masked() -> None:
    rows = [f"{text} call 13812345678 or mail me@example.com" for text in texts(60)]
    cleaning = Cleaning(language="en", stop_words=("river",), mask_personal_data=True)

    corpus, remarks = prepared({"text": rows}, cleaning)

    assert "river" not in corpus.words
    assert "138" not in corpus.texts[0]
    assert "example" not in corpus.texts[0]
    assert "120 addresses" in remarks["masked"].message


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2021", Moment(year=2021)),
        ("2021-03-04T10:00:00Z", Moment(year=2021, month=3)),
        ("2021年3月", Moment(year=2021, month=3)),
        ("20210304", Moment(year=2021, month=3)),
        ("25/12/2021", Moment(year=2021, month=12)),
        ("3/4/2021", Moment(year=2021, month=3, is_ambiguous=True)),
        ("March 4, 2021", Moment(year=2021, month=3)),
        ("1614816000000", Moment(year=2021, month=3)),
        ("2021-13-40", None),
        ("soon", None),
    ],
)
def test_a_date_is_read_as_far_as_it_is_given(value: str, moment: Moment | None) -> None:
    assert read_moment(value) == moment


def test_periods_fit_the_span() -> None:
    def span(years: int) -> list[Moment]:
        return [Moment(year=2000 + year, month=1) for year in range(years)]

    assert [fitting_period(span(years)) for years in (2, 6, 20)] == ["month", "quarter", "year"]
