"""Getting a Vosk model: downloaded with a checksum, gone on with where a download broke off."""

import asyncio
import hashlib
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tools.errors import InvalidInput, Unavailable
from tools.storage import archives

SOURCE = "https://alphacephei.com/vosk/models"  # Vosk's own
MODELS = {
    "vosk-small-en": "vosk-model-small-en-us-0.15",
    "vosk-small-cn": "vosk-model-small-cn-0.22",
}
LANGUAGES = {"cn": "zh"}  # where a model's name has another code than its language
SECONDS = 30.0  # without a byte, after which a download is given up
ATTEMPTS = 5
MAX_LIST = 4 * 1024 * 1024  # bytes of the source's list

Progress = Callable[[int, int], None]  # bytes so far, of how many


class _Listed(BaseModel):
    """An entry of the source's list."""

    model_config = ConfigDict(extra="ignore")

    name: str
    md5: str = Field(pattern=r"^[0-9a-f]{32}$")
    size: int = Field(gt=0)
    url: str | None = None


_LIST = TypeAdapter(list[dict[str, object]])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    url: str
    size: int
    digest: str
    algorithm: str


async def install(
    name: str,
    folder: Path,
    *,
    source: str = SOURCE,
    sha256: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Path:
    """A model's folder in ``folder``, downloaded if it is not there.

    The checksum comes from the source's list, so it tells damage, not malice: give ``sha256`` to tell both.

    Args:
        name: One of MODELS.
        folder: Of all models.
        source: Where they are, ``model-list.json`` included.
        sha256: What the file must have.
        progress: Told how far it is.

    Raises:
        InvalidInput: There is no such model, or what came is not what it should be.
        Unavailable: The source does not answer.
    """
    if name not in MODELS:
        raise InvalidInput(
            f"there is no model {name!r}",
            hint=f"Use one of {', '.join(MODELS)}.",
            code="unknown_speech_model",
        )
    target = folder / name
    if target.is_dir():
        return target
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    part = folder / f"{name}.zip.part"
    async with httpx2.AsyncClient(timeout=SECONDS, follow_redirects=True) as client:
        wanted = await _look_up(client, source.rstrip("/"), MODELS[name], sha256)
        await _download(client, wanted, part, progress)
    await asyncio.to_thread(_verify, part, wanted)
    await asyncio.to_thread(_unpack, part, target)
    return target


def installed(folder: Path) -> dict[str, Path]:
    """The models in a folder, by language: ``vosk-small-en`` understands ``en``."""
    found: dict[str, Path] = {}
    if folder.is_dir():
        for path in sorted(folder.glob("vosk-*")):  # what is being unpacked has a suffix
            if path.is_dir() and not path.suffix:
                code = path.name.rsplit("-", 1)[1]
                found.setdefault(LANGUAGES.get(code, code), path)
    return found


async def _look_up(client: httpx2.AsyncClient, source: str, name: str, sha256: str | None) -> _Wanted:
    try:
        answer = await client.get(f"{source}/model-list.json")
    except httpx2.TransportError as error:
        raise Unavailable(
            f"{source} does not answer: {error}",
            hint="Check the network, or name a mirror with --source.",
            code="speech_model_source",
        ) from error
    if not answer.is_success or len(answer.content) > MAX_LIST:
        raise Unavailable(
            f"{source}/model-list.json: the server answered {answer.status_code}", code="speech_model_source"
        )
    try:
        entries = _LIST.validate_json(answer.content)
        entry = next(_Listed.model_validate(e) for e in entries if e.get("name") == name)
    except (ValidationError, StopIteration):
        raise InvalidInput(
            f"{source}/model-list.json has no usable entry {name!r}", code="speech_model_source"
        ) from None
    digest, algorithm = (sha256.lower(), "sha256") if sha256 else (entry.md5, "md5")
    return _Wanted(
        url=entry.url or f"{source}/{name}.zip", size=entry.size, digest=digest, algorithm=algorithm
    )


async def _download(client: httpx2.AsyncClient, wanted: _Wanted, part: Path, progress: Progress) -> None:
    """Fetch what is missing of the file."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await _go_on(client, wanted, part, progress)
        except httpx2.TransportError as error:
            if attempt == ATTEMPTS:
                raise Unavailable(
                    f"{wanted.url} broke off {ATTEMPTS} times: {error}",
                    hint="Run the command again: it goes on where it was.",
                    code="speech_model_source",
                ) from error
        else:
            if _size(part) == wanted.size:
                return
    raise Unavailable(
        f"{wanted.url} ends after {_size(part)} of {wanted.size} bytes",
        hint="Run the command again: it goes on where it was.",
        code="speech_model_source",
    )


async def _go_on(client: httpx2.AsyncClient, wanted: _Wanted, part: Path, progress: Progress) -> None:
    have = _size(part)
    if have > wanted.size:  # of another version
        await asyncio.to_thread(part.unlink)
        have = 0
    if have == wanted.size:
        return
    headers = {"Range": f"bytes={have}-"} if have else {}
    async with client.stream("GET", wanted.url, headers=headers) as response:
        if not response.is_success:
            raise Unavailable(
                f"{wanted.url}: the server answered {response.status_code}", code="speech_model_source"
            )
        goes_on = response.status_code == 206
        done = have if goes_on else 0
        with part.open("ab" if goes_on else "wb") as file:
            async for piece in response.aiter_bytes():
                done += len(piece)
                if done > wanted.size:
                    raise InvalidInput(
                        f"{wanted.url} is longer than the {wanted.size} bytes that it should have",
                        code="speech_model_damaged",
                    )
                file.write(piece)
                progress(done, wanted.size)


def _verify(part: Path, wanted: _Wanted) -> None:
    with part.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.new(wanted.algorithm, usedforsecurity=False))
    if found.hexdigest() != wanted.digest:
        part.unlink()
        raise InvalidInput(
            f"{wanted.url}: its {wanted.algorithm} is {found.hexdigest()}, not {wanted.digest}",
            hint="It was damaged on its way, or changed: run the command again.",
            code="speech_model_damaged",
        )


def _unpack(part: Path, target: Path) -> None:
    """Unpack the one folder of the archive, at once or not at all."""
    archives.check(part, "application/zip")
    scratch = target.with_name(f"{target.name}.unpacking")
    shutil.rmtree(scratch, ignore_errors=True)
    with zipfile.ZipFile(part) as archive:
        archive.extractall(scratch)  # its names and sizes have been checked
    tops = list(scratch.iterdir())
    if len(tops) != 1 or not tops[0].is_dir():
        shutil.rmtree(scratch)
        raise InvalidInput(f"{part.name} is not one folder", code="speech_model_damaged")
    tops[0].rename(target)
    shutil.rmtree(scratch)
    part.unlink()


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
