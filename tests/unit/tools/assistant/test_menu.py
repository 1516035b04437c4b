"""The dialogue by rules."""

import pytest

from tools.assistant.menu import Wish, ask_for, read_wish

_JOBS = ("translate", "subtitles", "video", "characters", "topics", "guideline", "replies")
_SRT = [{"file_id": "f1", "name": "film.srt"}]


@pytest.mark.parametrize(
    ("message", "files", "wish"),
    [
        (
            'Translate "Good morning" to French and German',
            [],
            Wish(job="translate", arguments={"text": "Good morning", "target_languages": ["fr", "de"]}),
        ),
        (
            "把“你好，世界”翻译成英文",
            [],
            Wish(job="translate", arguments={"text": "你好，世界", "target_languages": ["en"]}),
        ),
        (
            "from English into Chinese, please",
            _SRT,
            Wish(
                job="subtitles",
                arguments={"file_id": "f1", "target_languages": ["zh"], "source_language": "en"},
            ),
        ),
        ("这部小说里有哪些人物？", [], Wish(job="characters", missing=("source",))),
        (
            "translate it",
            [],
            Wish(job="translate", arguments={"target_languages": []}, missing=("source", "language")),
        ),
        ("Suggest replies to: How are you?", [], Wish(job="replies", arguments={"said": "How are you?"})),
        ("请建议回复", [], Wish(job="replies", missing=("said",))),
        ("Find the topics of: a text", [], Wish(job="topics", missing=("file",))),
        (
            "Give this film Chinese subtitles",
            [{"file_id": "f1", "name": "a.mp4"}],
            Wish(job="video", arguments={"file_id": "f1", "target_languages": ["zh"]}),
        ),
        ("hello", [], Wish()),
    ],
)
def test_wish_is_a_job_with_its_arguments_or_what_is_missing(
    message: str, files: list[dict[str, str]], wish: Wish
) -> None:
    assert read_wish(message, files, _JOBS) == wish


def test_languages_named_in_the_text_are_no_targets() -> None:
    wish = read_wish('Translate "She speaks German" into Spanish', [], _JOBS)

    assert wish.arguments["target_languages"] == ["es"]


def test_question_names_all_that_is_missing() -> None:
    assert "language" in ask_for(["source", "language"], "en")
    assert "译成" in ask_for(["language"], "zh")
