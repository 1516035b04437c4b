"""Bad input, as whole files: each is stopped with an explanation, or a choice is made and told."""

import json
import random
import re
from collections.abc import Iterable

import pytest

from tools.errors import InvalidInput
from tools.topics.running.job import Job
from tools.topics.running.steps import run_step
from tools.topics.tables.table import MAX_ROWS

_WORDS = [f"{one}{two}{one}{three}" for one in "bcdfg" for two in "aeiou" for three in "klm"]
_CHINESE = re.findall("..", "经济政策市场改革科技创新教育医疗农业工业环境文化交通能源贸易金融")
_CHANCE = random.Random(1)  # noqa: S311 - chance that is the same each time


def some(words: int = 9) -> str:
    """A text like no other."""
    return " ".join(_CHANCE.sample(_WORDS, words))


def chinese() -> str:
    return "，".join(_CHANCE.sample(_CHINESE, 9))


def table(header: str, rows: Iterable[str]) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


STOPS = {
    "five documents of one word": (table("text", _WORDS[:5]), "too_few_words"),
    "one word each": (table("text", _WORDS * 3), "too_few_words"),
    "all equal": (table("text", ["the same words in every text"] * 100), "too_few_documents"),
    "wrong quoting": (b'text,year\n"never closed,2020\nb,2021\n', "wrong_quoting"),
    "unquoted commas": (table("text,year", ["one, two,2020"] * 50), "uneven_rows"),
    "more than a million rows": (b"text\n" + b"a\n" * (MAX_ROWS + 1), "too_many_rows"),
    "another language": (
        table("text", [f"Die Regierung hat heute beschlossen, dass {n} Kohle" for n in range(60)]),
        "unsupported_language",
    ),
    "numbers alone": (table("a,b", [f"{n},{2 * n}" for n in range(60)]), "no_text_column"),
    "a program": (b"text\n\x00\x01\x02\xff\xfe" * 9, "binary_input"),
}

CHOICES = {
    "five documents": (table("text", [some() for _ in range(5)]), "few_documents", "5 texts"),
    "dates that are missing": (
        table(
            "text,date",
            [f"{some()},{d}" for d in ["2020-01-05", "2020-02-05", "2020-03-05", "soon", ""] * 12],
        ),
        "missing_dates",
        "24 texts",
    ),
    "most dates missing": (
        table("text,year", [f"{some()},{year}" for year in ["2020", "", "", ""] * 15]),
        "too_few_dates",
        "45 of 60",
    ),
    "3,000 groups": (
        table("text,cov_town", [f"{some()},town {n}" for n in range(3000)]),
        "too_many_groups",
        "3000 groups; the 49 largest",
    ),
    "3,000 groups that nobody named": (
        table("text,town", [f"{some()},town {n % 3000}" for n in range(6000)]),
        "columns_not_used",
        "town (",
    ),
    "eleven columns of groups": (
        table(
            "text," + ",".join(f"cov_{n}" for n in range(11)),
            [f"{some()}," + ",".join("ab"[row % 2] for _ in range(11)) for row in range(60)],
        ),
        "columns_not_used",
        "cov_10 (not chosen)",
    ),
    "mixed languages": (
        table("text", [f'"{text}"' for _ in range(30) for text in (some(), chinese())]),
        "mixed_languages",
        "Chinese and in English",
    ),
    "duplicate columns": (
        table("text,cov_a,cov_a", [f"{some()},{'xy'[n % 2]},{'uvw'[n % 3]}" for n in range(60)]),
        "duplicate_column",
        "'cov_a (2)'",
    ),
    "one row of another length": (
        table("text,year", [*(f"{some()},{2020 + n % 3}" for n in range(200)), "a, b, c"]),
        "rows_left_out",
        "202 (3)",
    ),
    "a cell without end": (
        table("text", [*(some() for _ in range(60)), f"{some()} " * 30_000]),
        "cells_cut",
        "1 cells",
    ),
    "texts without words": (
        table("text", [some() for _ in range(60)] + ["!!!", "123"]),
        "empty_texts",
        "2 of 62",
    ),
    "repetitions": (
        table("text", [some() for _ in range(60)] + ["the very same text"] * 9),
        "duplicates",
        "8 texts",
    ),
}


def prepared(data: bytes) -> list[dict[str, str]]:
    """What is told of a file on its way to a corpus, with nobody who could be asked."""
    files, names = {"f": data}, {"f": "a.csv"}

    def step(name: str, **about: object) -> dict[str, bytes]:
        job = Job(step=name, settings={"files": names, **about}, files=files)  # type: ignore[arg-type]
        return run_step(job, lambda done, total: None)

    profile = json.loads(step("profile")["profile.json"])
    made = step("prepare", columns=profile["columns"], cleaning={}, period=None)
    return [*profile["remarks"], *json.loads(made["summary.json"])["remarks"]]


@pytest.mark.parametrize(("data", "code"), STOPS.values(), ids=STOPS)
def test_what_cannot_be_done_stops_with_an_explanation(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as stopped:
        prepared(data)

    assert stopped.value.code == code
    assert stopped.value.hint


@pytest.mark.parametrize(("data", "code", "said"), CHOICES.values(), ids=CHOICES)
def test_a_choice_that_is_made_for_somebody_is_told(data: bytes, code: str, said: str) -> None:
    told = {remark["code"]: remark["message"] for remark in prepared(data)}

    assert said in told[code]
