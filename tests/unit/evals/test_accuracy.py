"""The part of docs/accuracy.md that is written from kept figures."""

import pytest

from evals.accuracy import BEGIN, DOCUMENT, END, RESULTS, load, write


def test_document_says_what_the_kept_figures_say() -> None:
    document = DOCUMENT.read_text("utf-8")

    assert write(document, load(RESULTS)) == document


def test_what_stands_outside_the_marks_is_left() -> None:
    written = write(f"before {BEGIN} old {END} after", load(RESULTS))

    assert written.startswith(f"before {BEGIN}\n## English")
    assert written.endswith(f"{END} after")
    assert " old " not in written


def test_document_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks"):
        write("nothing", load(RESULTS))


def test_real_model_is_a_column_with_its_cost() -> None:
    (rules,) = [report for report in load(RESULTS) if report["model"] == "offline"]
    english = rules["english"] | {"calls": 1200, "cost": 3.456, "currency": "CNY"}
    written = write(BEGIN + END, [rules, {**rules, "model": "openai:qwen-plus", "english": english}])

    assert "| Figure | Rules only | openai:qwen-plus | Goal |" in written
    assert "| cost | none | 3.46 CNY |  |" in written
    assert "| questions to the model | none | 1,200 |  |" in written
