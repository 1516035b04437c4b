"""Translating in the console: a text with its terms; subtitles beside their film, corrected where needed."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from configs.settings import Settings
from evals.model_server import Answers, ModelServer, Pace, model_server
from tests.browser.conftest import Journal
from tests.fixtures.service_process import ServiceProcess

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.timeout(300)

_LINES = ["Good morning.", "Where is the <i>Grand Hotel</i>?", "Good morning.", "It is far from here, madam."]
_CHINESE = {
    "Good morning.": "早上好。",
    "It is far from here, madam.": "离这里很远，女士，远得今天走不到，明天也走不到，后天更走不到。",
}
_SRT = "\n".join(
    f"{n}\n00:00:0{2 * n - 2},000 --> 00:00:0{2 * n - 1},500\n{line}\n" for n, line in enumerate(_LINES, 1)
)


def _answer(data: Mapping[str, Any]) -> dict[str, Any]:
    """Gold, but for the line with the hotel, whose marks the model always loses."""
    found = {s["id"]: _CHINESE.get(s["text"], "大饭店在哪里？") for s in data["segments"]}
    return {"translations": [{"id": id, "text": text} for id, text in found.items()]}


@pytest.fixture(scope="module")
def models() -> Iterator[ModelServer]:
    with model_server(Answers.oracle(_answer)) as server:
        yield server


@pytest.fixture(scope="module")
def service(
    browser: "Browser", models: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    """The service with a model."""
    settings = {model_field.alias for model_field in Settings.model_fields.values()}
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    model = {"PRIMARY_MODEL": "openai:m", "LLM_BASE_URL": models.openai_url, "LLM_API_KEY": "k"}
    process = ServiceProcess(data_dir=tmp_path_factory.mktemp("data"), environment=environment | model)
    yield process.start()
    process.stop()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("BROWSER TEST SKIPPED: no ffmpeg on PATH")
    path = tmp_path_factory.mktemp("film") / "film.webm"
    picture = ["-f", "lavfi", "-i", "color=c=navy:s=160x90:d=8:r=5"]
    subprocess.run([ffmpeg, "-loglevel", "error", *picture, "-c:v", "libvpx", str(path)], check=True)
    return path


_LOADED = """video => new Promise(loaded =>
    video.readyState >= 2 ? loaded() : video.addEventListener("loadeddata", () => loaded()))"""


def _start(page: "Page", *, text: str = "", file: str = "") -> None:
    page.click("text=Translate")
    page.wait_for_selector("#targets")
    if file:
        page.set_input_files("#file", {"name": "film.srt", "mimeType": "text/plain", "buffer": file.encode()})
    else:
        page.fill("#text", text)
    page.fill("#targets", "zh")
    page.fill("#source", "en")


def test_a_text_is_translated_with_its_terms_and_downloaded(page: "Page", models: ModelServer) -> None:
    _start(page, text="Good morning.")
    page.fill("#glossary", "morning = 早上\nScriptorium")
    page.click("#start")
    page.wait_for_selector(".targets")

    assert page.inner_text(".translated .words") == "早上好。"
    expected = r"Calls of openai:m, at least: 1, with \d+ tokens to read; price unknown"
    assert re.fullmatch(expected, page.inner_text(".expected"))
    assert page.inner_text(".targets tbody tr").split("\t")[4] == "100%"
    with page.expect_download() as download:
        page.click(".download")
    assert download.value.path().read_text(encoding="utf-8") == "早上好。"


def test_translation_that_takes_too_long_is_stopped(page: "Page", models: ModelServer) -> None:
    models.pace = Pace(latency_seconds=300)
    _start(page, text="Good morning.")
    page.click("#start")
    page.wait_for_selector(".stage.is-active")
    page.click("#run-stop")
    page.wait_for_selector(".failure")
    models.pace = Pace()

    assert "stopped" in page.inner_text(".failure-message")
    assert page.locator("#run-stop:visible").count() == 0
    page.click(".failure >> text=Back")
    page.wait_for_selector("#targets")


def test_subtitles_are_corrected_beside_their_film_by_keyboard_and_go_on(page: "Page", film: Path) -> None:
    _start(page, file=_SRT)
    page.click("#start")
    page.wait_for_selector("#confirm")
    page.set_input_files("#film", film)
    page.locator("video").evaluate(_LOADED)

    assert page.locator(".cue").count() == 1
    assert "Grand Hotel" in page.inner_text(".cue-source")
    page.focus(".cue textarea")
    assert abs(page.locator("video").evaluate("video => video.currentTime") - 2) < 0.3
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("⟦1⟧大饭店⟦2⟧在哪里？")
    shown = "() => [...document.querySelector('video').textTracks[0].cues].map(cue => cue.text)"
    assert page.evaluate(shown)[1] == "大饭店在哪里？"
    assert re.match(r"[\d.]+ of 9 characters a second$", page.inner_text(".cue .speed small"))

    posted = page.request.post(
        f"{page.url.split('/#')[0].rstrip('/')}/api/v1/files?name=kept.webm", data=film.read_bytes()
    )
    assert posted.ok
    page.uncheck("#only-flagged")
    assert page.locator(".cue").count() == 4
    page.focus(".cue textarea >> nth=0")
    page.keyboard.press("Control+Enter")
    assert page.evaluate("document.activeElement.value") == "⟦1⟧大饭店⟦2⟧在哪里？"
    page.focus(".cue textarea >> nth=2")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("又见面了。")
    page.click("#confirm")
    page.wait_for_selector(".targets")

    with page.expect_download() as download:
        page.click(".download")
    written = download.value.path().read_text(encoding="utf-8")
    assert "<i>大饭店</i>在哪里？" in written
    assert written.count("早上好。") == 1  # the other cue with the same words was changed, and only that one
    assert "又见面了。" in written
    assert page.locator(".cue textarea").count() == 0
    page.select_option("#kept-film", label="kept.webm")  # which the service keeps since a moment ago
    page.locator("video").evaluate(_LOADED)


def test_edits_that_lose_a_tag_are_shown_again_with_what_is_wrong(page: "Page") -> None:
    _start(page, file=_SRT.replace("madam", "sir"))
    page.click("#start")
    page.wait_for_selector("#confirm")
    page.fill(".cue textarea", "没有标签。")
    page.click("#confirm")
    page.wait_for_selector(".question .failure")

    assert "mark" in page.inner_text(".question .failure")


def test_the_editor_speaks_chinese_and_fits_a_phone(page: "Page") -> None:
    _start(page, file=_SRT)
    page.set_viewport_size({"width": 375, "height": 812})
    page.uncheck("#review")
    page.click("#start")
    page.wait_for_selector(".targets")
    page.click("#menu")
    page.click("#language")

    assert page.inner_text(".targets th >> nth=0") == "语言"
    assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_what_is_refused_is_explained_and_kept(page: "Page", journal: Journal) -> None:
    page.click("text=Translate")
    page.wait_for_selector("#targets")
    page.fill("#text", "Hello.")
    page.click("#start")
    page.wait_for_selector(".failure code")

    assert "target_languages" in page.inner_text(".failure-message")
    assert page.input_value("#text") == "Hello."
    journal.complaints = [said for said in journal.complaints if "status of 4" not in said]
