"""What an answer may say."""

import pytest

from tools.assistant.claims import unsupported

_FILE = "3f2a9c1e-0000-4000-8000-00000000abcd"
_EVIDENCE = [
    f"Translate report.docx into German. [file report.docx, file_id {_FILE}]",
    '{"files": [{"name": "report.de.docx"}], "result": {"segments": 1432, "share": "97.5 %"}}',
    '{"quote": "It was the best of times, it was the worst of times"}',
]


@pytest.mark.parametrize(
    "answer",
    [
        "Which language shall I translate report.docx into?",
        f"I know the file {_FILE}.",
        "It has 1,432 segments; 97.5 % of them are sure.",
        "There are 3 steps.",
        'It begins: "It was the best of times, it was the worst of times".',
    ],
)
def test_what_the_conversation_holds_may_be_said(answer: str) -> None:
    assert unsupported(answer, _EVIDENCE, has_result=True) == []


@pytest.mark.parametrize(
    ("answer", "claim"),
    [
        ("Download it at https://files.example/report.zip now.", "https://files.example/report.zip"),
        ("The translation is summary.de.pdf.", "summary.de.pdf"),
        ("It has 1,500 segments.", "1,500"),
        ("That is 98.1 % of the text.", "98.1"),
        ('It ends: "and they lived happily ever after, as one does".', "and they lived happily"),
        ("一共有 287 个人物。", "287"),
    ],
)
def test_what_nothing_supports_is_found(answer: str, claim: str) -> None:
    assert any(found.startswith(claim) for found in unsupported(answer, _EVIDENCE, has_result=True))


@pytest.mark.parametrize(
    "answer", ["Your document has been translated.", "I've finished it.", "翻译已经完成。", "文件处理好了。"]
)
def test_nothing_is_done_before_a_job_has_a_result(answer: str) -> None:
    assert unsupported(answer, _EVIDENCE, has_result=False)
    assert unsupported(answer, _EVIDENCE, has_result=True) == []
