"""The talk page, whole: a browser hears a recording, Vosk writes it down, replies come, one is spoken."""

import os
import re
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from configs.settings import Settings
from evals.model_server import Answers, ModelServer, Pace, model_server
from tests.browser.conftest import ARGUMENTS, CHROMIUM, Journal
from tests.fixtures.redis_servers import wait_until
from tests.fixtures.service_process import ServiceProcess
from tests.fixtures.speech import MODEL, RATE, pcm, silence

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.timeout(300)

_TEXTS = {
    "agree": "Yes, I need help.",
    "decline": "No, thank you.",
    "ask": "When does it start?",
    "wait": "One moment, please.",
    "own": "My head hurts a lot.",
}
_STANCE = {"tendency": "cooperative", "mood": "calm", "tone": "gentle"}


def _answer(data: dict[str, Any]) -> dict[str, Any]:
    if "wanted" in data:
        more = " Really." if data["adjustments"] else ""
        return {
            "replies": [
                {**slot, "speaker": "me", "text": _TEXTS[slot["intent"]] + more} for slot in data["wanted"]
            ]
        }
    return _STANCE | {"summary": "They spoke about a doctor.", "facts": []}


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is said into the microphone."""
    path = tmp_path_factory.mktemp("sound") / "said.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(silence(0.6) + pcm("hello_doctor") + silence(1.2))
    return path


@pytest.fixture(scope="module")
def browser(recording: Path) -> Iterator["Browser"]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="BROWSER TESTS SKIPPED: no playwright")
    if CHROMIUM is None:
        pytest.skip("BROWSER TESTS SKIPPED: no chromium on PATH (apt-get install chromium)")
    sound = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={recording}%noloop",
        "--autoplay-policy=no-user-gesture-required",
    ]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *sound])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server(Answers.oracle(_answer)) as server:
        yield server


@pytest.fixture(scope="module")
def service(
    browser: "Browser", model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    """A service that hears by Vosk and asks the model server."""
    settings = {model_field.alias for model_field in Settings.model_fields.values()}
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    environment |= {"PRIMARY_MODEL": "openai:m", "LLM_BASE_URL": model.openai_url}
    environment |= {"VOSK_MODEL_PATH": str(MODEL), "TTS_ENGINE": "espeak"}
    process = ServiceProcess(data_dir=tmp_path_factory.mktemp("data"), environment=environment)
    yield process.start()
    process.stop()


@contextmanager
def _another(browser: "Browser", service: ServiceProcess) -> Iterator["Page"]:
    """A second person's browser."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{service.url}/#/talk")
    yield page
    context.close()


def _open(page: "Page") -> None:
    page.click("text=Talk")
    page.get_by_text("Connected.").wait_for()


def _hear(page: "Page", text: str) -> None:
    """Type what the partner said."""
    page.fill("#talk-text", text)
    page.click("#they-said")
    page.locator(".reply").nth(2).wait_for()


def _lines(page: "Page") -> list[str]:
    return page.locator(".line-text").all_inner_texts()


def _messages(service: ServiceProcess, page: "Page", number: int = 1) -> list[tuple[str, str]]:
    """What the service keeps of the page's talk, once it is so many messages: the page shows them sooner."""
    session = page.evaluate("JSON.parse(localStorage.getItem('scriptorium.talk')).sessionId")
    kept = list[tuple[str, str]]()

    def are_kept() -> bool:
        values = httpx.get(f"{service.url}/threads/{session}/state", timeout=60).json()["values"]
        messages = values.get("conversation", {}).get("messages", [])
        kept[:] = [(each["speaker"], each["text"]) for each in messages]
        return len(kept) >= number

    wait_until(are_kept)
    return kept


def test_what_is_said_into_the_microphone_is_answered_by_what_is_spoken(
    page: "Page", service: ServiceProcess
) -> None:
    _open(page)
    page.keyboard.press("l")
    page.locator(".line-partner .line-text", has_text="hello doctor").wait_for()
    page.locator(".reply").nth(2).wait_for()
    page.keyboard.press("2")
    page.get_by_text("Speaking…").wait_for()
    page.locator(".line-me").wait_for()

    assert _lines(page) == ["hello doctor", _TEXTS["decline"]]
    assert _messages(service, page, 2) == [("partner", "hello doctor"), ("me", _TEXTS["decline"])]
    assert page.locator(".reply").count() == 0


def test_misheard_line_is_corrected_and_answered_anew(
    page: "Page", service: ServiceProcess, model: ModelServer
) -> None:
    _open(page)
    _hear(page, "Hello doctor")
    page.click("text=Correct")
    page.keyboard.insert_text("Hello, nurse")
    page.keyboard.press("Enter")
    page.get_by_text("(corrected)").wait_for()
    page.locator(".reply").nth(2).wait_for()

    assert _lines(page) == ["Hello, nurse"]
    page.wait_for_function("() => document.querySelectorAll('.waiting').length === 0")
    assert _messages(service, page) == [("partner", "Hello, nurse")]


def test_reply_cards_appear_one_by_one(page: "Page", model: ModelServer) -> None:
    _open(page)
    model.pace = Pace(tokens_per_second=60)
    page.evaluate("""() => {
        window.counts = [];
        new MutationObserver(() => window.counts.push(document.querySelectorAll('.reply').length))
            .observe(document.querySelector('.replies'), { childList: true });
    }""")
    _hear(page, "Will you come?")
    model.pace = Pace()

    assert page.evaluate("window.counts").index(1) < page.evaluate("window.counts").index(2)
    assert page.evaluate("window.counts")[-1] == 3


def test_chips_and_typed_words_steer_and_are_undone(page: "Page", model: ModelServer) -> None:
    _open(page)
    _hear(page, "Will you come?")
    page.fill("#talk-text", "hd hrts")
    page.click("#suggest")
    page.locator(".reply", has_text=_TEXTS["own"]).first.wait_for()
    page.click("text=Shorter")
    page.locator(".reply", has_text="Really.").first.wait_for()
    page.click("#undo")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.reply')].every(r => !r.textContent.includes('Really'))"
    )

    assert page.locator("#undo").is_disabled()


def test_sentence_that_is_typed_is_spoken_and_kept(page: "Page", service: ServiceProcess) -> None:
    _open(page)
    page.fill("#talk-text", "I will be late.")
    page.keyboard.press("Enter")
    page.locator(".line-me", has_text="I will be late.").wait_for()
    page.get_by_text("With them").wait_for()

    assert _messages(service, page) == [("me", "I will be late.")]


def test_one_key_ends_what_is_being_spoken(page: "Page") -> None:
    _open(page)
    page.fill("#talk-text", "This sentence goes on and on. " * 30)  # A minute and more of speech.
    page.click("#say")
    page.get_by_text("Speaking…").wait_for()
    page.keyboard.press("Escape")

    page.locator("#hush").wait_for(state="detached", timeout=30_000)
    page.get_by_text("Connected.").wait_for()


def test_two_browsers_never_see_each_others_talk(
    page: "Page", browser: "Browser", service: ServiceProcess
) -> None:
    _open(page)
    with _another(browser, service) as other:
        other.get_by_text("Connected.").wait_for()
        _hear(page, "A secret of one")
        _hear(other, "A secret of two")
        mine, theirs = page.inner_text("main"), other.inner_text("main")

    assert "secret of one" in mine
    assert "secret of two" not in mine
    assert "secret of one" not in theirs


def test_talk_is_there_again_after_a_reload(page: "Page") -> None:
    _open(page)
    _hear(page, "Will you come?")
    page.reload()
    page.locator(".reply").nth(2).wait_for()

    assert _lines(page) == ["Will you come?"]


class _Line:
    """What lies between the page and the service, and can be cut."""

    def __init__(self, page: "Page") -> None:
        self._is_cut = False
        self._ends: list[Any] = []
        page.route_web_socket(re.compile("/v1/realtime"), self._connect)

    def _connect(self, route: Any) -> None:
        if self._is_cut:
            route.close(code=1011)
            return
        self._ends = [route, route.connect_to_server()]

    def cut(self) -> None:
        self._is_cut = True
        for end in self._ends:
            end.close(code=1011)

    def mend(self) -> None:
        self._is_cut = False


def test_talk_goes_on_after_the_connection_was_cut(fresh_page: "Page", service: ServiceProcess) -> None:
    page = fresh_page
    line = _Line(page)
    _open(page)
    _hear(page, "Will you come?")
    line.cut()
    page.get_by_text("The connection is lost").wait_for()
    page.fill("#talk-text", "I am still here.")
    page.keyboard.press("Enter")
    line.mend()
    page.locator(".line-me", has_text="I am still here.").wait_for()

    assert _messages(service, page, 2) == [("partner", "Will you come?"), ("me", "I am still here.")]


def test_sound_that_came_while_the_connection_was_cut_is_heard(
    fresh_page: "Page", service: ServiceProcess
) -> None:
    page = fresh_page
    line = _Line(page)
    _open(page)
    line.cut()
    page.get_by_text("The connection is lost").wait_for()
    page.click("#listen")
    page.wait_for_timeout(3000)  # the recording's own time
    line.mend()
    page.locator(".line-partner .line-text", has_text="hello doctor").wait_for()

    assert _lines(page) == ["hello doctor"]


def test_device_with_a_voice_speaks_at_once_even_without_the_service(fresh_page: "Page") -> None:
    page = fresh_page
    page.add_init_script("""
        window.spoken = [];
        Object.defineProperty(window, "speechSynthesis", { value: {
            getVoices: () => [{ lang: "en-GB" }],
            cancel: () => {},
            speak: utterance => {
                window.spoken.push(utterance.text);
                setTimeout(() => utterance.onend(), 0);
            },
        } });
    """)
    page.reload()
    line = _Line(page)
    _open(page)
    line.cut()
    page.get_by_text("The connection is lost").wait_for()
    page.click("text=I need help.")

    assert page.evaluate("window.spoken") == ["I need help."]
    line.mend()
    page.locator(".line-me", has_text="I need help.").wait_for()


def test_talk_ends_with_a_summary_and_another_begins(page: "Page") -> None:
    _open(page)
    _hear(page, "Will you come?")
    page.click("#end")
    page.get_by_text("They spoke about a doctor.").wait_for()
    page.click("#again")
    page.get_by_text("Connected.").wait_for()

    assert _lines(page) == []


def _scan_to(page: "Page", selector: str) -> None:
    """Let what is scanned light up in turn until this one does; the page's time stands still meanwhile."""
    for _ in range(40):
        if page.locator(selector).count():
            return
        page.clock.run_for(400)
    pytest.fail(f"{selector} never lights up")


def test_one_key_is_enough(fresh_page: "Page", service: ServiceProcess) -> None:
    """Scanning: each thing lights up in turn, and one key chooses."""
    page = fresh_page
    _open(page)
    page.click("summary")
    page.get_by_label("Scanning: seconds for each").fill("0.4")
    page.keyboard.press("Tab")
    page.clock.install()
    page.click("#scan")
    page.clock.pause_at(datetime.now() + timedelta(minutes=1))
    _scan_to(page, "[data-scan='At once'].is-lit")
    page.keyboard.press("Space")
    _scan_to(page, ".at-once.is-lit:has-text('I need help.')")
    page.keyboard.press("Space")
    page.clock.resume()
    page.locator(".line-me", has_text="I need help.").wait_for()

    assert _messages(service, page) == [("me", "I need help.")]


CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const rgb = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = element => {
        for (let each = element; each; each = each.parentElement) {
            const colour = rgb(getComputedStyle(each).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return [255, 255, 255, 255];
    };
    const found = [];
    for (const element of document.querySelectorAll("main *, header *")) {
        const has_text = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        if (!has_text || !element.checkVisibility()) continue;
        const both = [luminance(rgb(getComputedStyle(element).color)), luminance(ground(element))];
        const [dark, light] = both.sort((a, b) => a - b);
        const name = element.className || element.tagName;
        found.push([(light + 0.05) / (dark + 0.05), name, element.textContent.slice(0, 30)]);
    }
    return found;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_of_the_page_is_readable(page: "Page", theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    _open(page)
    _hear(page, "Will you come?")
    page.click("#listen")
    page.click("summary")
    found = page.evaluate(CONTRAST)

    assert len(found) > 30
    assert [each for each in found if each[0] < 4.5] == []


@pytest.mark.parametrize("width", [360, 1280])
def test_everything_that_is_pressed_is_large(page: "Page", width: int) -> None:
    _open(page)
    page.set_viewport_size({"width": width, "height": 800})
    _hear(page, "Will you come?")
    # In one look: what is drawn anew between two looks has no size.
    sides: list[float] = page.locator("main .big, main .reply, main .correct").evaluate_all(
        "all => all.map(it => it.getBoundingClientRect()).map(box => Math.min(box.width, box.height))"
    )

    assert len(sides) > 15
    assert min(sides) >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_page_speaks_chinese(page: "Page") -> None:
    _open(page)
    page.click("#language")

    assert page.get_by_role("button", name="聆听", exact=True).count() == 1
    assert page.get_by_text("我需要帮助。").count() == 1


def test_denied_microphone_is_told_and_the_talk_goes_on(page: "Page", journal: Journal) -> None:
    _open(page)
    page.evaluate("""() => {
        navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotAllowedError"); };
    }""")
    page.click("#listen")
    page.get_by_text("The microphone cannot be used.").wait_for()
    _hear(page, "Will you come?")

    assert page.locator(".reply").count() == 3
    assert journal.complaints == []
