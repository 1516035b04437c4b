"""Reading stills off a film: by a model that sees, over real HTTP; letters that no font has."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.model_server import Answers, ModelServer, model_server
from tools.errors import InvalidInput, ModelAnswerInvalid, ServiceError
from tools.llm.chat_models import ChatModels
from tools.llm.choices import choose
from tools.video.glyphs import require_glyphs
from tools.video.looks import look_of
from tools.video.reading import Still, TesseractReader, VisionReader, reader

pytestmark = pytest.mark.usefixtures("closed_clients")

STILLS = [Still(id=str(n), at_ms=n * 1000, png=b"\x89PNG") for n in range(3)]


def _models(server: ModelServer) -> ChatModels:
    return ChatModels({"vision": choose("openai:m", base_url=server.openai_url)})


@pytest.fixture
def forgetful() -> Iterator[ModelServer]:
    """A model that reads only the first of several pictures."""

    def answer(data: dict[str, list[dict[str, str]]]) -> dict[str, object]:
        first = data["pictures"][0]["id"]
        return {"readings": [{"id": first, "text": f"line {first} "}, {"id": "99", "text": "nobody asked"}]}

    with model_server(Answers.oracle(answer)) as server:
        yield server


async def test_pictures_that_an_answer_leaves_out_are_asked_for_one_by_one(forgetful: ModelServer) -> None:
    own = VisionReader(_models(forgetful))

    texts = await own.read(STILLS, "en")

    assert texts == {"0": "line 0", "1": "line 1", "2": "line 2"}
    assert own.usage.calls == len(forgetful.requests()) == 3
    asked = forgetful.requests()[0].body["messages"][1]["content"]
    assert [part["type"] for part in asked] == ["text", "image_url", "image_url", "image_url"]


async def test_a_picture_that_is_never_read_is_an_error_and_not_an_empty_line() -> None:
    with (
        model_server(Answers.oracle(lambda _: {"readings": []})) as server,
        pytest.raises(ModelAnswerInvalid, match="1000"),
    ):
        await VisionReader(_models(server)).read(STILLS[1:2], None)


def test_without_a_model_or_tesseract_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(InvalidInput) as raised:
        reader(ChatModels({}))

    assert raised.value.code == "no_reader"


async def test_tesseract_reads_light_letters(tmp_path: Path) -> None:
    if shutil.which("tesseract") is None or shutil.which("ffmpeg") is None:
        pytest.skip("TESSERACT TEST SKIPPED: no tesseract (apt-get install tesseract-ocr)")
    png = tmp_path / "still.png"
    text = "drawtext=text='Good morning':fontcolor=white:fontsize=40:x=20:y=20:borderw=3"
    picture = ["-f", "lavfi", "-i", "color=0x405060:s=400x80", "-vf", text, "-frames:v", "1", str(png)]
    subprocess.run(["ffmpeg", "-v", "error", *picture], check=True)  # noqa: ASYNC221 - a moment

    texts = await TesseractReader().read([Still(id="1", at_ms=0, png=png.read_bytes())], "en")

    assert texts == {"1": "Good morning"}


async def test_a_language_that_tesseract_is_not_set_up_for_is_named() -> None:
    with pytest.raises(InvalidInput) as raised:
        await TesseractReader().read(STILLS[:1], "tlh")

    assert raised.value.code == "reader_language"


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not on PATH")
async def test_letters_that_no_font_has_are_named_before_boxes_are_drawn(tmp_path: Path) -> None:
    look = look_of("default", {})
    await require_glyphs(["Hello, world!"], look, tmp_path)

    with pytest.raises(ServiceError, match="\U00018b00") as raised:  # Khitan, which hardly any font has
        await require_glyphs(["Hello \U00018b00"], look, tmp_path)

    assert raised.value.code == "glyphs_missing"
