"""The check of documents finds what is not there."""

import pytest

from tests.documents.check import problems
from tests.documents.pages import ROOT, anchors

PAGE = ROOT / "docs" / "a_page.md"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[x](nowhere.md)", "the link nowhere.md leads nowhere"),
        ("![x](images/nothing.png)", "the link images/nothing.png leads nowhere"),
        ("[x](api.md#no-such-part)", "the link api.md#no-such-part leads to a heading that is not there"),
        ("# Here\n[x](#there)", "the link #there leads to a heading that is not there"),
        ("Type `make nothing-of-it`.", "the Makefile has no nothing-of-it"),
        ("```sh not-run: why\nmake nothing-of-it\n```", "the Makefile has no nothing-of-it"),
        ("`python -m bench.nothing`", "there is no module bench.nothing"),
        ("`scriptorium fly --to moon`", "there is no command scriptorium fly"),
        ("Set `NO_SUCH_SETTING_HERE=1`.", "there is no setting NO_SUCH_SETTING_HERE"),
        ("```sh\nls\n```", "block 1 is executed by no test"),
        ("```python not-run:\n1\n```", "block 1 is executed by no test"),
        ("```cobol\nSTOP RUN.\n```", "block 1 has an unknown language: 'cobol'"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named(text: str, problem: str) -> None:
    (found,) = problems(PAGE, text)

    assert found.startswith(f"docs/a_page.md: {problem}")


@pytest.mark.parametrize(
    "text",
    [
        "[x](api.md#threads) [y](../README.md) [z](https://example.org/nowhere)",
        "# Here\n# Here\n[x](#here) [y](#here-1)",
        "```bash\nls\n```\n```python\n1\n```\n```json\n{}\n```",
        "```sh not-run: needs a cluster\nls\n```",
        "No link: `[x](nowhere.md)`. `make check`, `scriptorium run`, `DATA_DIR`, `python -m evals.topics`.",
    ],
)
def test_what_is_there_is_no_problem(text: str) -> None:
    assert problems(PAGE, text) == []


def test_anchors_are_those_of_github() -> None:
    assert anchors("# Protocol v2: a thread's events\n## `unknown_{kind}`\n## Über [uns](x.md)") == {
        "protocol-v2-a-threads-events",
        "unknown_kind",
        "über-uns",
    }
