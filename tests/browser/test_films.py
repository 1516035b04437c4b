"""Films that the service makes play in a browser."""

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.fixtures import films
from tests.fixtures.films import HEIGHT, SECONDS, WIDTH, Films
from tests.fixtures.service_process import ServiceProcess

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PATIENCE = 300.0  # seconds, on a busy machine
SRT = "1\n00:00:01,000 --> 00:00:05,000\nWelcome to the harbour.\n"
PLAYED = """async () => {
  const video = document.querySelector('video');
  await video.play();
  await new Promise((done) => { video.onended = done; video.onerror = done; video.playbackRate = 16; });
  const { videoWidth, videoHeight, duration, currentTime } = video;
  const quality = video.getVideoPlaybackQuality();
  return { videoWidth, videoHeight, duration, currentTime, pictures: quality.totalVideoFrames,
           sound: video.webkitAudioDecodedByteCount, error: video.error && video.error.message };
}"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Films:
    return films.made_once(tmp_path_factory)


@pytest.mark.parametrize("render", ["burn", "mux"])
def test_a_film_plays_from_its_beginning_to_its_end(
    browser: "Browser", service: ServiceProcess, made: Films, tmp_path: Path, render: str
) -> None:
    with httpx.Client(base_url=service.url, timeout=PATIENCE) as client:
        film = client.post("/api/v1/files", params={"name": "film.mp4"}, content=made.film.read_bytes())
        words = client.post("/api/v1/files", params={"name": "film.srt"}, content=SRT.encode())
        given = {
            "file_id": film.json()["file_id"],
            "words_from": "file",
            "subtitles_file_id": words.json()["file_id"],
            "target_languages": ["fr"],
            "options": {"offline": "pseudo"},
            "render": render,
            "erase": {"method": "delogo"},
        }
        result = client.post("/runs/wait", json={"assistant_id": "video", "input": given}).json()
        french = result["targets"]["fr"]
        note = french["video"] if render == "burn" else result["file"]
        content = client.get(f"/api/v1/files/{note['file_id']}/content").content
        subtitles = client.get(f"/api/v1/files/{french['subtitles']['file_id']}/content")
    assert "-->" in subtitles.text
    (tmp_path / "made.mp4").write_bytes(content)
    (tmp_path / "page.html").write_text('<!doctype html><video muted src="made.mp4"></video>')

    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    played = page.evaluate(PLAYED)
    page.close()

    assert played["error"] is None
    assert (played["videoWidth"], played["videoHeight"]) == (WIDTH, HEIGHT)
    assert played["duration"] == pytest.approx(SECONDS, abs=0.2)
    assert played["currentTime"] == pytest.approx(SECONDS, abs=0.2)
    assert played["pictures"] > 0
    assert played["sound"] > 0
