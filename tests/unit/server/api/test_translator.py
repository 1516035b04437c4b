"""What a task of the old contract asks of which graph."""

from typing import Any

import pytest

from graphs.stages import stages_of
from server.api.jobs.translator.fields import file_id_of, snake_keys
from server.api.jobs.translator.modules import MODULES, known_module, options_of, request_for
from server.api.jobs.translator.task import progress_of, result_files
from tools.errors import InvalidInput

_FILM = {"fileId": "11111111-1111-4111-8111-111111111111", "name": "film.mp4"}
_SRT = {"fileId": "22222222-2222-4222-8222-222222222222", "name": "film.srt"}
_OTHER = {"fileId": "33333333-3333-4333-8333-333333333333", "name": "other.vtt"}
_ZH = {"targetLanguage": "zh"}


@pytest.mark.parametrize(
    ("module", "options", "files", "graph", "given"),
    [
        ("translation", {**_ZH, "text": "Hi"}, [], "translate", {"target_languages": ["zh"], "text": "Hi"}),
        (
            "subtitle-translate",
            {"targetLanguages": ["Chinese", "de"], "sourceLanguage": "auto", "outputFormat": "vtt"},
            [_SRT],
            "subtitles",
            {
                "operation": "translate",
                "target_languages": ["zh", "de"],
                "file_id": _SRT["fileId"],
                "options": {"format": "vtt"},
            },
        ),
        (
            "subtitle-align",
            {},
            [_SRT, _OTHER],
            "subtitles",
            {"operation": "align", "file_id": _SRT["fileId"], "reference_file_id": _OTHER["fileId"]},
        ),
        (
            "video-translate",
            _ZH,
            [_FILM],
            "video",
            {
                "target_languages": ["zh"],
                "file_id": _FILM["fileId"],
                "words_from": "picture",
                "erase": {},
                "render": "burn",
            },
        ),
        (
            "subtitle-burn",
            {},
            [_SRT, _FILM],
            "video",
            {
                "file_id": _FILM["fileId"],
                "subtitles_file_id": _SRT["fileId"],
                "words_from": "file",
                "render": "burn",
            },
        ),
        (
            "ai-narration",
            {"stylePrompt": "dry"},
            [_FILM],
            "video",
            {
                "file_id": _FILM["fileId"],
                "words_from": "speech",
                "write_recap": {"style": "dry"},
                "render": "none",
                "style": {"instructions": "dry"},
            },
        ),
    ],
)
def test_a_module_asks_its_graph_for_its_work(
    module: str, options: dict[str, Any], files: list[Any], graph: str, given: dict[str, Any]
) -> None:
    request = request_for(module, options_of(options), files)

    assert (request.assistant_id, request.input) == (graph, given)


@pytest.mark.parametrize("module", [name for name in MODULES if name != "translation"])
def test_a_module_without_its_file_says_what_it_lacks(module: str) -> None:
    with pytest.raises(InvalidInput, match="the task lacks a"):
        request_for(module, options_of(_ZH), [])


def test_a_task_that_does_not_run_by_itself_asks_for_a_review() -> None:
    options = options_of({**_ZH, "auto_run": False})

    assert request_for("subtitle-translate", options, [_SRT]).input["options"] == {"review": True}
    assert request_for("translation", options, [_SRT]).input["options"] == {"review": True}
    assert request_for("video-translate", options, [_FILM]).input["options"]["review"] == [
        "words",
        "translations",
    ]


@pytest.mark.parametrize(
    "address",
    [
        _FILM["fileId"],
        f"/api/v1/files/{_FILM['fileId']}/content",
        f"https://here.example/base/api/v1/files/{_FILM['fileId']}",
    ],
)
def test_an_upload_is_found_by_its_id_path_or_address(address: str) -> None:
    assert file_id_of(address, "videoUrl") == _FILM["fileId"]


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest", "../../etc/passwd", "film.mp4", ""])
def test_no_other_address_is_taken(address: str) -> None:
    with pytest.raises(InvalidInput, match="videoUrl is no file of this service"):
        file_id_of(address, "videoUrl")


def test_names_are_taken_in_both_ways() -> None:
    assert snake_keys({"targetLanguage": 1, "source_language": 2}) == {
        "target_language": 1,
        "source_language": 2,
    }
    assert known_module("emotion") == "emotion-analysis"


@pytest.mark.parametrize(
    ("stage", "share", "percent"),
    [("read", 1, 10), ("plan", 0, 10), ("translate", 0.5, 65), ("render", 1, 100), ("anything", 0, 40)],
)
def test_progress_keeps_to_the_old_bands(stage: str, share: float, percent: int) -> None:
    stages = stages_of("subtitles", {"target_languages": ["zh"]})

    assert progress_of("processing", stages, {"stage": stage, "done": share * 10, "total": 10}) == percent


def test_a_film_s_progress_only_grows_through_the_stages_of_its_module() -> None:
    request = request_for("video-translate", options_of(_ZH), [_FILM])
    stages = stages_of("video", request.input)
    names = ["probe", "find_regions", "look", "read_picture", "translate", "render_zh"]

    assert [*stages.opening, *stages.analysis, *stages.work, *stages.finish] == names
    assert [progress_of("processing", stages, {"stage": name, "done": 1, "total": 1}) for name in names] == [
        10,
        20,
        30,
        40,
        65,
        90,
    ]


def test_files_of_a_result_are_found_wherever_they_stand() -> None:
    result = {
        "targets": {"zh": {"file_id": "a", "name": "b.srt"}},
        "file": None,
        "video": [{"file_id": "c", "name": "d"}],
    }

    assert [file["fileId"] for file in result_files(result)] == ["a", "c"]
