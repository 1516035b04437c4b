"""The contract of txt2voice's web application: from an upload to a book that is heard, over real runs."""

import asyncio
import io
import wave
import zipfile
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from configs.settings import Settings
from tests.conftest import Server, running

STORY = """CHAPTER I

“Who is there?” asked Mary Hale.

“Only me,” said Tom.

CHAPTER II

“Wait!” shouted Mary. “I know you, Tom.”
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(Settings(DATA_DIR=tmp_path_factory.mktemp("data"), PORT=0)) as server:
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    base = f"{server.url}/api/books"
    async with httpx.AsyncClient(base_url=base, timeout=60, follow_redirects=True) as client:
        yield client


async def told(answer: httpx.Response, status: int = 200) -> Any:
    """The data of an answer."""
    assert answer.status_code == status, answer.text
    return answer.json()["data"]


async def added(client: httpx.AsyncClient, text: str = STORY) -> str:
    book = await told(await client.post("", json={"title": "The Lamp", "author": "N. N."}), 201)
    await told(await client.post(f"/{book['id']}/upload", files={"file": ("lamp.txt", text.encode())}), 201)
    return book["id"]


async def rested(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    """Poll, as the old clients do, until the task has ended."""
    async with asyncio.timeout(90):
        while True:
            task = await told(await client.get(path))
            assert 0 <= task["progress"] <= 100
            if task["status"] not in ("pending", "processing"):
                return task
            await asyncio.sleep(0.02)


async def made(client: httpx.AsyncClient, book: str, what: str, **wish: Any) -> dict[str, Any]:
    task = await told(await client.post(f"/{book}/{what}", json=wish or None), 202)
    assert (task["bookId"], task["status"]) == (book, "pending")
    return await rested(client, f"/{book}/{what}")


async def test_a_text_becomes_chapters_and_segments_that_tile_it(client: httpx.AsyncClient) -> None:
    book = await added(client)
    done = await told(await client.post(f"/{book}/process", json={"options": {"maxSegmentLength": 50}}))
    segments = await told(await client.get(f"/{book}/segments", params={"limit": 100}))

    assert [one["title"] for one in done["chapters"]] == ["CHAPTER I", "CHAPTER II"]
    assert "".join(one["content"] for one in segments["segments"]) == STORY
    assert done["statistics"]["totalCharacters"] == len(STORY)
    assert (await told(await client.get(f"/{book}")))["status"] == "processed"
    found = await told(await client.get(f"/{book}/segments", params={"chapterId": 1, "search": "Wait"}))
    assert found["pagination"]["total"] == 1
    upload = await told(await client.get(f"/{book}/upload"))
    assert (upload["hasUpload"], upload["filename"]) == (True, "lamp.txt")
    listed = await told(await client.get("", params={"limit": 1}))
    assert listed["books"][0]["id"] == book


async def test_a_book_is_spoken_heard_changed_and_only_the_change_is_spoken_again(
    client: httpx.AsyncClient,
) -> None:
    book = await added(client)
    task = await made(client, book, "audio/generate", options={"mp3": False})
    assert (task["status"], task["progress"], task["taskType"]) == ("completed", 100, "AUDIO_GENERATION")
    audio = await told(await client.get(f"/{book}/audio"))
    assert audio["loudness"] == pytest.approx(-16, abs=1)
    m4b = await client.get(f"/{book}/download", params={"format": "m4b"}, headers={"Range": "bytes=0-11"})
    assert (m4b.status_code, m4b.content[4:12]) == (206, b"ftypM4B ")
    with zipfile.ZipFile(io.BytesIO((await client.get(f"/{book}/download")).content)) as archive:
        assert {"book.m4b", "book.srt", "book.lrc", "book.ssml"} <= set(archive.namelist())
    script = await told(await client.get(f"/{book}/script"))
    assert "".join(line["text"] for line in script["lines"]) == STORY
    wait = next(line for line in script["lines"] if "Wait!" in line["text"])
    assert (wait["tone"], wait["pauseAfter"]) == ("shouting", 0.15)
    with wave.open(io.BytesIO((await client.get(f"/{book}/audio/lines/{wait['id']}")).content)) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(
            (wait["endMs"] - wait["startMs"]) / 1000, abs=0.01
        )

    people = (await told(await client.get(f"/{book}/characters")))["characters"]
    tom = next(one for one in people if one["canonicalName"] == "Tom")
    path = f"/{book}/characters/{tom['id']}"
    changed = await told(await client.put(path, json={"gender": "male", "age": "senior"}))
    assert (changed["genderHint"], changed["ageHint"]) == ("male", "senior")
    bindings = await told(await client.put(f"{path}/voices", json={"voiceId": "en-us+m8"}))
    assert {b["characterId"]: b["voiceId"] for b in bindings["bindings"]}[tom["id"]] == "en-us+m8"
    change = {"lines": [{"id": wait["id"], "tone": "whispering", "pauseAfter": 1, "characterId": tom["id"]}]}
    (line,) = (await told(await client.put(f"/{book}/script", json=change)))["lines"]
    assert (line["tone"], line["pauseAfter"], line["characterId"]) == ("whispering", 1, tom["id"])
    assert (await client.get(f"/{book}/audio")).status_code == 409  # it is not that book's any more
    again = await made(client, book, "audio/generate")  # in the same manner: without MP3
    assert (await told(await client.get(f"/{book}/audio")))["chapters"][0]["file"] is None
    assert 0 < again["estimate"]["to_speak"] < 4
    freed = await told(await client.delete(f"{path}/voices"))
    assert {b["characterId"]: b["isPreferred"] for b in freed["bindings"]}[tom["id"]] is False


async def test_a_task_can_be_cancelled_and_one_works_at_a_time(client: httpx.AsyncClient) -> None:
    book = await added(client, STORY.replace("“Only me,”", "“Only me. " + "The rain fell. " * 400 + "”"))
    await told(await client.post(f"/{book}/audio/generate", json={}), 202)
    second = await client.post(f"/{book}/script/generate")
    cancelled = await told(await client.delete(f"/{book}/audio/generate"))

    assert (second.status_code, second.json()["error"]["code"]) == (409, "TASK_RUNNING")
    assert (cancelled["status"], cancelled["isCancelled"]) == ("failed", True)
    assert (await told(await client.get(f"/{book}")))["status"] == "error"
    assert (await client.delete(f"/{book}/audio/generate")).status_code == 409
    await told(await client.delete(f"/{book}"))
    assert (await client.get(f"/{book}")).status_code == 404


async def test_voices_are_listed_and_heard(client: httpx.AsyncClient) -> None:
    book = await added(client)
    listed = await told(await client.get(f"/{book}/voices", params={"language": "zh"}))
    voice = listed["voices"][0]
    heard = await client.post(f"/{book}/voices/preview", json={"voiceId": voice["voiceId"], "language": "zh"})

    assert (listed["engine"], voice["voiceId"], voice["isNarrator"]) == ("espeak", "cmn+m3", True)
    assert (heard.status_code, heard.content[:4]) == (200, b"RIFF")


async def test_recognition_and_script_are_tasks_of_their_own(client: httpx.AsyncClient) -> None:
    book = await added(client)
    task = await made(client, book, "characters/recognize")
    assert (task["taskType"], (await told(await client.get(f"/{book}")))["status"]) == (
        "CHARACTER_RECOGNITION",
        "analyzed",
    )
    assert (await client.get(f"/{book}/script")).status_code == 409
    await made(client, book, "script/generate")
    bindings = (await told(await client.get(f"/{book}/voice-bindings")))["bindings"]
    assert bindings[0]["characterId"] == "narrator"
    stats = (await told(await client.get(f"/{book}")))["stats"]
    assert (stats["charactersCount"], stats["chaptersCount"]) == (2, 2)


async def test_a_line_tells_what_is_stressed_in_it(client: httpx.AsyncClient) -> None:
    book = await added(client, STORY.replace("“Wait!”", "“Oh, _wait_!”"))
    await made(client, book, "script/generate")
    lines = (await told(await client.get(f"/{book}/script")))["lines"]

    stressed = [line["text"][start:end] for line in lines for start, end in line["emphasis"]]
    assert stressed == ["wait"]


async def test_people_are_merged_renamed_and_split_and_each_edit_can_be_taken_back(
    client: httpx.AsyncClient,
) -> None:
    book = await added(client)
    await made(client, book, "script/generate")
    people = (await told(await client.get(f"/{book}/characters")))["characters"]
    mary, tom = (
        next(one for one in people if name in one["canonicalName"])["id"] for name in ("Mary", "Tom")
    )

    async def speakers() -> list[str | None]:
        lines = (await told(await client.get(f"/{book}/script")))["lines"]
        return [line["characterId"] for line in lines if line["kind"] == "quotation"]

    assert await speakers() == [mary, tom, mary, mary]
    merge = {"sourceId": tom, "targetId": mary}
    merged = await told(await client.post(f"/{book}/characters/merge", json=merge))
    assert (merged["sentencesUpdated"], merged["aliasesMerged"]) == (1, ["Tom"])
    assert await speakers() == [mary] * 4
    path = f"/{book}/characters/{mary}"
    renamed = await told(await client.put(path, json={"name": "Mrs. Hale", "styles": ["calm"]}))
    assert (renamed["canonicalName"], renamed["styles"]) == ("Mrs. Hale", ["calm"])
    await made(client, book, "script/generate")  # what was decided holds
    assert await speakers() == [mary] * 4

    undo = await told(await client.post(f"/{book}/edits/undo", json={"edit": "e1"}))
    assert [edit["undone"] for edit in undo["edits"]] == [True, False, False]
    assert await speakers() == [mary, tom, mary, mary]
    await told(await client.post(f"/{book}/edits/redo", json={"edit": "e1"}))
    parted = await told(await client.post(f"{path}/split", json={"names": ["Tom"]}))
    other = parted["newCharacter"]["id"]
    assert (parted["newCharacter"]["canonicalName"], await speakers()) == ("Tom", [mary, other, mary, mary])
    ann = await told(await client.post(f"/{book}/characters", json={"canonicalName": "Ann"}), 201)
    await told(await client.delete(f"/{book}/characters/{ann['id']}"))
    assert (await client.get(f"/{book}/characters/{ann['id']}")).status_code == 404
    history = await told(await client.get(f"/{book}/edits"))
    assert [edit["change"]["op"] for edit in history["edits"]] == [
        *("merge", "rename", "style", "split", "add", "remove"),
    ]
    nobody = await client.post(f"/{book}/edits", json={"edits": [{"op": "remove", "id": "c9"}]})
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (400, "INVALID_EDIT")


async def test_a_book_is_read_in_the_language_and_made_with_the_cover_that_it_was_given(
    client: httpx.AsyncClient, server: Server
) -> None:
    async with httpx.AsyncClient(base_url=server.url) as files:
        text = (await files.post("/api/v1/files?name=cover.png", content=b"no picture")).json()["file_id"]
    given = {"title": "t", "language": "zh", "coverFileId": text}
    book = (await told(await client.post("", json=given), 201))["id"]
    await told(await client.post(f"/{book}/upload", files={"file": ("lamp.txt", STORY.encode())}), 201)

    refused = await made(client, book, "script/generate")
    assert (refused["status"], "neither PNG nor JPEG" in refused["errorMessage"]) == ("failed", True)
    done = await told(await client.post(f"/{book}/process"))
    assert done["statistics"]["language"] == "zh"
    await told(await client.put(f"/{book}", json={"coverFileId": None, "title": "u"}))
    await made(client, book, "script/generate")
    narrator = (await told(await client.get(f"/{book}/voice-bindings")))["bindings"][0]
    assert narrator["voiceId"].startswith("cmn")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "", {"title": ""}, 400, "VALIDATION_ERROR"),
        ("POST", "", {"title": "t", "x": 1}, 400, "VALIDATION_ERROR"),
        ("GET", "/nonsense", None, 404, "BOOK_NOT_FOUND"),
        ("GET", "/00000000-0000-4000-8000-000000000000", None, 404, "BOOK_NOT_FOUND"),
        ("POST", "/{book}/upload", None, 400, None),
        ("POST", "/{empty}/audio/generate", {}, 400, "NO_TEXT"),
        ("POST", "/{empty}/process", {}, 400, "NO_TEXT"),
        ("POST", "/{book}/audio/generate", {"type": "chapter"}, 400, "VALIDATION_ERROR"),
        ("POST", "/{book}/audio/generate", {"chapterIds": [0]}, 400, "VALIDATION_ERROR"),
        ("POST", "/{book}/audio/generate", {"scriptSentenceIds": ["l0"]}, 409, "NOT_READY"),
        ("GET", "/{book}/script", None, 409, "NOT_READY"),
        ("GET", "/{book}/audio/generate", None, 404, "TASK_NOT_FOUND"),
        ("POST", "/{book}/voices/preview", {"voiceId": "../x"}, 400, "VALIDATION_ERROR"),
        ("PUT", "/{book}/characters/c000", {}, 400, "VALIDATION_ERROR"),
        ("POST", "/{book}/edits", {"edits": [{"op": "undo"}]}, 409, "NOT_READY"),
        ("POST", "/{book}/voices/preview", {"voiceId": "nobody"}, 400, "UNKNOWN_VOICE"),
    ],
)
async def test_what_cannot_be_done_is_told_in_the_old_envelope(
    client: httpx.AsyncClient, method: str, path: str, body: Any, status: int, code: str | None
) -> None:
    if "{empty}" in path:
        path = path.format(empty=(await told(await client.post("", json={"title": "t"}), 201))["id"])
    elif "{book}" in path:
        path = path.format(book=await added(client))

    answer = await client.request(method, path, json=body)

    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["message"]
    assert code in (None, error["code"])


async def test_a_book_can_be_changed_after_a_task_of_it_was_cancelled(client: httpx.AsyncClient) -> None:
    book = await added(client, STORY.replace("“Only me,”", "“Only me. " + "The rain fell. " * 400 + "”"))
    await made(client, book, "script/generate")
    await told(await client.post(f"/{book}/audio/generate", json={}), 202)
    await told(await client.delete(f"/{book}/audio/generate"))

    voice = {"voiceId": "en-us+m8"}
    bindings = await told(await client.put(f"/{book}/characters/narrator/voices", json=voice))

    assert bindings["bindings"][0]["voiceId"] == "en-us+m8"


async def test_a_body_that_is_no_json_is_told_as_such(client: httpx.AsyncClient) -> None:
    refused = await client.post("", content=b'{"title": "t"')

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert refused.json()["error"]["message"] == "body: it is no JSON that can be read"


async def test_a_change_of_what_is_not_there_changes_nothing(client: httpx.AsyncClient) -> None:
    book = await added(client)
    await made(client, book, "script/generate")
    lines = (await told(await client.get(f"/{book}/script")))["lines"]
    narrated = next(line for line in lines if line["kind"] == "narration")
    for change, code in (
        ({"id": "l99999"}, "UNKNOWN_LINE"),
        ({"id": narrated["id"], "characterId": "c000"}, "NO_QUOTATION"),
    ):
        refused = await client.put(f"/{book}/script", json={"lines": [change]})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)
    assert (await client.put(f"/{book}/characters/c99/voices", json={"voiceId": "v"})).status_code == 404
    unknown = await client.put(f"/{book}/characters/narrator/voices", json={"voiceId": "nobody"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, "UNKNOWN_VOICE")
    for wish, code in (
        ({"type": "chapter", "chapterIds": [2]}, "UNKNOWN_CHAPTER"),
        ({"scriptSentenceIds": ["l99999"]}, "INVALID_EDIT"),
    ):
        refused = await client.post(f"/{book}/audio/generate", json=wish)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)
    assert (await told(await client.get(f"/{book}")))["status"] == "script_generated"
