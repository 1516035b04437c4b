"""The node that makes the book of its lines: one sound, then its files."""

import asyncio
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from graphs.audiobook.casting import wanted_lines
from graphs.audiobook.reading import read_text
from graphs.audiobook.scripting import unpack
from graphs.audiobook.state import Audio, CastPart, ScriptLine, State, Update
from graphs.made_files import FileNote, keep_bytes, keep_file
from graphs.model_calls import model_calls
from graphs.progress import Meter
from tools.audiobook.captions import Caption, lrc, srt, vtt
from tools.audiobook.delivery import delivery_of
from tools.audiobook.lines import NARRATOR
from tools.audiobook.sound import from_wav, levelled
from tools.audiobook.ssml import Voiced, ssml
from tools.audiobook.timeline import (
    RATE,
    ChapterTime,
    Spoken,
    Timed,
    chapters_of,
    lay_out,
    milliseconds,
)
from tools.audiobook.voices import Voice
from tools.cancellation import opened
from tools.media import loudness
from tools.media.spoken_book import Mark, Samples, Tags, make_cover, write_m4b, write_mp3
from tools.media.workspace import disk_full, workspace, write_file
from tools.storage import base as storage

_M4B = "audio/mp4"
_MP3 = "audio/mpeg"
_TYPES = {
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "lrc": "text/plain; charset=utf-8",
    "json": "application/json",
    "ssml": "application/ssml+xml",
    "zip": "application/zip",
}
_SECOND = bytes(2 * RATE)


async def make_book(state: State) -> Update:
    """Put the lines together with their pauses, as loud as a book should be, and write every file."""
    lines = wanted_lines(state)
    timed = lay_out([_spoken(line, state) for line in lines])
    length = timed[-1].end + timed[-1].pause
    given = state["given"]
    tags = Tags(title=given["title"], author=given["author"], language=state["spoken"])
    with model_calls():
        async with workspace() as folder:
            book = Samples(path=folder / "book.pcm", rate=RATE)
            await _put_together(book.path, lines, state)
            meter, tell = _seconds("loudness", length)
            levelling = await loudness.find_levelling(book.as_input(), on_progress=tell)
            meter.finish()
            making = _Making(
                folder=folder,
                book=book,
                tags=tags,
                filters=levelling.filters,
                titles={one["index"]: one["title"] for one in state["chapters"]},
                chapters=list(chapters_of(timed)),
            )
            await _bring_cover(given["cover_file_id"], making)
            m4b = await making.m4b(length)
            reached = await loudness.measure(["-f", "mov", "-i", f"file:{folder / 'book.m4b'}"])
            mp3 = await making.mp3() if given["options"]["mp3"] else {}
            times = {one.id: one for one in timed}
            written = [_with_times(line, times.get(line["id"])) for line in state["lines"]]
            heard = [line for line in written if line["id"] in times]
            texts = await _texts(state, heard, making)
            zipped = await making.zip(texts)
            audio = Audio(
                duration_ms=milliseconds(length),
                loudness=reached,
                chapters=[{**making.about(one), "file": mp3.get(one.chapter)} for one in making.chapters],
                m4b=m4b,
                captions={kind: texts[kind] for kind in ("srt", "vtt", "lrc")},
                script=texts["json"],
                ssml=texts["ssml"],
                zip=zipped,
            )
    return {"lines": written, "audio": audio}


def _spoken(line: ScriptLine, state: State) -> Spoken:
    _, count = state["sounds"][line["id"]]
    return Spoken(id=line["id"], chapter=line["chapter"], samples=count, pause_ms=line["pause_ms"])


def _with_times(line: ScriptLine, at: Timed | None) -> ScriptLine:
    times = {"start_ms": at.start_ms, "end_ms": at.end_ms} if at else {}
    kept = {key: value for key, value in line.items() if key not in ("start_ms", "end_ms")}
    return ScriptLine(**kept, **times)  # type: ignore[typeddict-item]


async def _put_together(path: Path, lines: Sequence[ScriptLine], state: State) -> None:
    """The whole book as raw samples, written line by line.

    Raises:
        ServiceError: "disk_full".
    """
    files = storage.current()
    meter = Meter(stage="assembly", total=len(lines), unit="lines")
    meter.start()
    try:
        async with opened(lambda: path.open("wb")) as out:
            for line in lines:
                file_id, count = state["sounds"][line["id"]]
                data = await files.read(file_id) if file_id else None
                await asyncio.to_thread(_write_line, out, line, data, count)
                meter.advance(1)
    except OSError as error:
        raise disk_full(error) from error
    meter.finish()


def _write_line(out: IO[bytes], line: ScriptLine, data: bytes | None, count: int) -> None:
    if data is None:
        _write_silence(out, count)
    else:
        gain = delivery_of(line["tone"], line["strength"]).gain_db  # type: ignore[arg-type] - as in scripting.unpack
        out.write(levelled(from_wav(data), gain).astype(np.dtype("<i2")).tobytes())
    _write_silence(out, line["pause_ms"] * RATE // 1000)


def _write_silence(out: IO[bytes], count: int) -> None:
    for at in range(0, 2 * count, len(_SECOND)):
        out.write(_SECOND[: 2 * count - at])


def _seconds(stage: str, length: int) -> tuple[Meter, Callable[[float], None]]:
    meter = Meter(stage=stage, total=max(1, length // RATE), unit="seconds")
    meter.start()

    def tell(seconds: float) -> None:
        if seconds > meter.done:
            meter.advance(int(seconds) - meter.done)

    return meter, tell


async def _bring_cover(file_id: str | None, making: "_Making") -> None:
    if file_id is None:
        await make_cover(making.cover, tags=making.tags)
        return
    await write_file(making.cover, storage.current().read_stream(file_id))


@dataclass(frozen=True, kw_only=True)
class _Making:
    """The files of a book, written into a folder and kept."""

    folder: Path
    book: Samples
    tags: Tags
    filters: str
    titles: Mapping[int, str]
    chapters: Sequence[ChapterTime]

    @property
    def cover(self) -> Path:
        return self.folder / "cover.png"

    def about(self, chapter: ChapterTime) -> dict[str, Any]:
        """A chapter in the result."""
        return {
            "index": chapter.chapter,
            "title": self._title(chapter),
            "start_ms": milliseconds(chapter.start),
            "end_ms": milliseconds(chapter.end),
        }

    def mark(self, chapter: ChapterTime) -> Mark:
        """A chapter as players have it."""
        about = self.about(chapter)
        return Mark(title=about["title"], start=about["start_ms"], end=about["end_ms"])

    def named(self, suffix: str) -> str:
        """The name of a file of this book."""
        return f"{self.tags.title[:100]}.{suffix}"

    async def m4b(self, length: int) -> FileNote:
        """The whole book."""
        path = self.folder / "book.m4b"
        meter, tell = _seconds("m4b", length)
        await write_m4b(
            self.book,
            path,
            tags=self.tags,
            chapters=[self.mark(chapter) for chapter in self.chapters],
            cover=self.cover,
            filters=self.filters,
            on_progress=tell,
        )
        meter.finish()
        return await keep_file(path, self.named("m4b"), media_type=_M4B)

    async def mp3(self) -> dict[int, FileNote]:
        """A file for each chapter."""
        meter = Meter(stage="mp3", total=len(self.chapters), unit="chapters")
        meter.start()
        kept: dict[int, FileNote] = {}
        for number, chapter in enumerate(self.chapters, 1):
            path = self._chapter_path(number)
            await write_mp3(
                self.book,
                path,
                tags=self.tags,
                chapter=self.mark(chapter),
                place=(chapter.start, chapter.end),
                filters=self.filters,
                track=f"{number}/{len(self.chapters)}",
            )
            kept[chapter.chapter] = await keep_file(path, self.named(path.name), media_type=_MP3)
            meter.advance(1)
        meter.finish()
        return kept

    async def zip(self, texts: Mapping[str, FileNote]) -> FileNote:
        """All of it in one file."""
        path = self.folder / "book.zip"
        files = storage.current()
        read = {kind: await files.read(note["file_id"]) for kind, note in texts.items()}
        await asyncio.to_thread(self._write_zip, path, read)
        return await keep_file(path, self.named("zip"), media_type=_TYPES["zip"])

    def _write_zip(self, path: Path, texts: Mapping[str, bytes]) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as out:
            out.write(self.folder / "book.m4b", "book.m4b")
            for number in range(1, len(self.chapters) + 1):
                if self._chapter_path(number).is_file():
                    out.write(self._chapter_path(number), f"chapters/{number:03d}.mp3")
            for kind, data in texts.items():
                out.writestr(f"book.{kind}", data, zipfile.ZIP_DEFLATED)

    def _chapter_path(self, number: int) -> Path:
        return self.folder / f"{number:03d}.mp3"

    def _title(self, chapter: ChapterTime) -> str:
        return " ".join(self.titles[chapter.chapter].split()) or self.tags.title


async def _texts(state: State, lines: Sequence[ScriptLine], making: _Making) -> dict[str, FileNote]:
    """Captions, script and SSML."""
    source = await read_text(state["text_file_id"])
    captions = list(_captions(lines, source, state["cast"]))
    told = {
        "srt": srt(captions),
        "vtt": vtt(captions),
        "lrc": lrc(captions, title=making.tags.title, author=making.tags.author),
        "json": _script_file(state, lines, source, making),
        "ssml": ssml(_voiced(lines, source), language=state["spoken"]),
    }
    return {
        kind: await keep_bytes(text.encode(), making.named(kind), media_type=_TYPES[kind])
        for kind, text in told.items()
    }


def _captions(lines: Sequence[ScriptLine], source: str, cast: Sequence[CastPart]) -> Iterator[Caption]:
    names = {part["role"]: part["name"] for part in cast}
    for line in lines:
        text = " ".join(source[line["start"] : line["end"]].split())
        if text and "start_ms" in line and "end_ms" in line:
            speaker = names[line["speaker_id"] or NARRATOR]
            yield Caption(start=line["start_ms"], end=line["end_ms"], speaker=speaker, text=text)


def _voiced(lines: Sequence[ScriptLine], source: str) -> Iterator[Voiced]:
    for line in lines:
        words = source[line["start"] : line["end"]]
        yield Voiced(id=line["id"], line=unpack(line), text=words, voice=Voice(id=line.get("voice", "")))


def _script_file(state: State, lines: Sequence[ScriptLine], source: str, making: _Making) -> str:
    told = {
        "title": making.tags.title,
        "author": making.tags.author,
        "language": state["spoken"],
        "chapters": [making.about(chapter) for chapter in making.chapters],
        "cast": state["cast"],
        "lines": [{**line, "text": source[line["start"] : line["end"]]} for line in lines],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)
