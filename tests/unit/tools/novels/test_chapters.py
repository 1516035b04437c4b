import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.novels.chapters import find_chapters

ENGLISH = "It rained all day, and he stayed at home by the fire and read. " * 15 + "\n\n"
CHINESE = "雨下了一整天，他坐在家里的火炉边看书。" * 40 + "\n"


def book(language: str, *lines: str) -> str:
    """A text in which a body follows each heading; a heading that ends with "|" has none."""
    body = ENGLISH if language == "en" else CHINESE
    gap = "\n\n" if language == "en" else "\n"
    return "".join(line[:-1] + gap if line.endswith("|") else line + gap + body for line in lines)


def titles(text: str, language: str) -> list[str]:
    return [chapter.title for chapter in find_chapters(text, language)]


@given(
    text=st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(
                ["Chapter 1", "CHAPTER II", "# A", "第一章 雨", "卷二", "一", "3", "\n", " ", "a."]
            )
        ).map("\n".join),
    ),
    language=st.sampled_from(["en", "zh"]),
)
def test_chapters_tile_any_text(text: str, language: str) -> None:
    chapters = find_chapters(text, language)

    assert "".join(text[chapter.start : chapter.end] for chapter in chapters) == text
    assert [chapter.index for chapter in chapters] == list(range(len(chapters)))
    assert len(chapters) >= 1


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        pytest.param("en", ["CHAPTER I", "CHAPTER II"], id="Roman"),
        pytest.param("en", ["Chapter 1", "Chapter 2"], id="Arabic"),
        pytest.param("en", ["Chapter One", "Chapter Twenty-One"], id="words"),
        pytest.param("en", ["CHAPTER THE FIRST", "CHAPTER THE LAST"][:1], id="ordinal"),
        pytest.param(
            "en", ["Chapter 1: The Rain", "Chapter 2. The Fire", "CHAPTER 3 THE END"], id="with a title"
        ),
        pytest.param("en", ["LETTER I.", "LETTER II."], id="letters"),
        pytest.param("en", ["PART ONE", "Part Two"], id="parts"),
        pytest.param("en", ["PROLOGUE", "Chapter 1", "Epilogue"], id="prologue and epilogue"),
        pytest.param("en", ["THE PREFACE", "CHAPTER I."], id="preface"),
        pytest.param("en", ["I", "II", "III"], id="Roman numerals alone"),
        pytest.param("en", ["1", "2", "3", "1", "2"], id="numbers alone, starting over"),
        pytest.param("zh", ["第一章 下雨", "第二章 生火"], id="Chinese"),
        pytest.param("zh", ["第１章", "第２章"], id="full width"),
        pytest.param("zh", ["第一回 风雪山神庙", "第二回：夜奔"], id="hui"),
        pytest.param("zh", ["第一章下雨", "第二章生火"], id="without a blank"),
        pytest.param("zh", ["楔子", "第一章", "尾声", "后记", "番外一 回家"], id="Chinese names"),
        pytest.param("zh", ["卷一 少年", "卷二 中年"], id="volumes"),
        pytest.param("zh", ["第一卷 少年 第一章 离家", "第二章 远行"], id="volume and chapter in one line"),
        pytest.param("zh", ["一", "二", "三"], id="Chinese numerals alone"),
    ],
)
def test_headings_begin_chapters(language: str, headings: list[str]) -> None:
    assert titles(book(language, *headings), language) == headings


def test_markdown_headings_lose_their_signs() -> None:
    assert titles(book("en", "# The Book|", "## Rain", "## Fire ##"), "en") == ["The Book Rain", "Fire"]


def test_text_before_the_first_heading_is_a_chapter_without_title() -> None:
    chapters = find_chapters("THE RAIN\n\nby A. Hill\n\n" + book("en", "Chapter 1"), "en")

    assert [(chapter.index, chapter.title) for chapter in chapters] == [(0, ""), (1, "Chapter 1")]


def test_white_space_before_the_first_heading_belongs_to_its_chapter() -> None:
    chapters = find_chapters("\n\n" + book("en", "Chapter 1"), "en")

    assert [(chapter.title, chapter.start) for chapter in chapters] == [("Chapter 1", 0)]


def test_a_text_without_headings_is_one_chapter() -> None:
    assert titles(ENGLISH, "en") == [""]


def test_a_part_and_its_first_chapter_are_one_heading() -> None:
    text = book("en", "VOLUME I|", "CHAPTER I", "CHAPTER II", "VOLUME II|", "CHAPTER I")

    assert titles(text, "en") == ["VOLUME I CHAPTER I", "CHAPTER II", "VOLUME II CHAPTER I"]


def test_a_title_on_the_next_line_belongs_to_the_heading() -> None:
    assert titles("CHAPTER I.\nThe Rain\n\n\n" + ENGLISH, "en") == ["CHAPTER I. The Rain"]


@pytest.mark.parametrize(
    ("language", "contents", "headings"),
    [
        pytest.param(
            "en",
            ["Chapter 1|", "Chapter 2|", "Chapter 3|"],
            ["Chapter 1", "Chapter 2", "Chapter 3"],
            id="English",
        ),
        pytest.param(
            "zh",
            ["第一章 雨|", "第二章 火|", "第三章 雪|"],
            ["第一章 雨", "第二章 火", "第三章 雪"],
            id="Chinese",
        ),
        pytest.param(
            "en", ["PART ONE|", "I|", "II|", "III|"], ["PART ONE|", "I", "II", "III"], id="part with numerals"
        ),
    ],
)
def test_a_table_of_contents_begins_no_chapters(
    language: str, contents: list[str], headings: list[str]
) -> None:
    text = "Contents\n\n" + book(language, *contents, *headings)
    expected = (
        [" ".join(headings[:2]).replace("|", ""), *headings[2:]] if headings[0].endswith("|") else headings
    )

    assert titles(text, language) == ["", *expected]


def test_a_preface_behind_the_table_of_contents_is_no_chapter_of_it() -> None:
    text = book(
        "zh", "目录|", "第一章 雨|", "第二章 火|", "第三章 雪|", "序", "第一章 雨", "第二章 火", "第三章 雪"
    )

    assert titles(text, "zh") == ["", "序", "第一章 雨", "第二章 火", "第三章 雪"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Chapter 3 was the one that he liked best."),
        ("en", "Part of it was true."),
        ("en", "I"),
        ("en", "1984"),
        ("zh", "第三章里他写到了雨。"),
        ("zh", "第三节课开始了"),
        ("zh", "第一部分工作已经完成"),
        ("zh", "第二回合他赢了，"),
    ],
)
def test_a_mention_in_a_sentence_begins_no_chapter(language: str, sentence: str) -> None:
    heading = "Chapter 1" if language == "en" else "第一章 雨"
    body = ENGLISH if language == "en" else CHINESE

    assert titles(f"{heading}\n\n{body}{sentence}\n\n{body}", language) == [heading]


def test_a_line_that_begins_with_a_heading_inside_a_wrapped_paragraph_is_prose() -> None:
    lines = (
        "he had read the book as far as\nChapter 3\nand had then put it down upon the\n"
        "table by the window of the room\n"
    )
    text = "CHAPTER I\n\n" + (lines + "\n") * 8

    assert titles(text, "en") == ["CHAPTER I"]


def test_numbered_sections_inside_named_chapters_are_no_chapters() -> None:
    text = book("en", "Chapter 1", "1", "2", "3", "Chapter 2", "1", "2")

    assert titles(text, "en") == ["Chapter 1", "Chapter 2"]


def test_page_numbers_are_no_chapters() -> None:
    text = "".join(f"{number}\n\nIt rained all day on the old house.\n\n" for number in range(1, 40))

    assert titles(text, "en") == [""]
