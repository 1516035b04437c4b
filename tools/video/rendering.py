"""Writing the film: erased, drawn on, dubbed and with tracks of subtitles, in one run of ffmpeg.

What does not change is copied: the picture when nothing is erased or drawn, the sound when nobody dubs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.errors import ErrorCategory, ProcessFailed
from tools.media.ffmpeg import MediaFile, Progress, program, run_ffmpeg
from tools.media.probing import Film
from tools.processes import run_process
from tools.video.erasing import Erasure, Method, enabled, filters

_MP4_VIDEO = frozenset({"h264", "hevc", "mpeg4", "av1", "vp9"})
_MP4_AUDIO = frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus"})
_ENCODERS = (
    ("libx264", ("-preset", "medium", "-crf", "20")),
    ("libopenh264", ("-b:v", "4M")),
)
_SECONDS = 60.0  # that ffmpeg may take to list its encoders
#: ISO 639-2/T, which MP4 and Matroska name languages by; https://www.loc.gov/standards/iso639-2
_LANGUAGES = (
    "en:eng zh:zho ja:jpn ko:kor fr:fra de:deu es:spa it:ita pt:por ru:rus ar:ara hi:hin th:tha vi:vie "
    "nl:nld pl:pol tr:tur sv:swe da:dan fi:fin no:nor cs:ces el:ell he:heb hu:hun id:ind ms:msa ro:ron uk:ukr"
)
_ISO_639_2 = {code: name for code, _, name in (pair.partition(":") for pair in _LANGUAGES.split())}


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleTrack:
    """Subtitles that a player can switch on."""

    srt: Path
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A film of one rectangle that is laid over the picture."""

    path: Path
    erasure: Erasure


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What becomes of a film."""

    erasures: Sequence[Erasure] = ()
    method: Method = "delogo"
    patches: Sequence[Patch] = ()  #: Of the method inpaint.
    subtitles: str | None = None  #: Name of an ASS file in the folder, drawn into the picture.
    tracks: Sequence[SubtitleTrack] = ()
    dub: Path | None = None  #: A WAV file, which comes before the original sound.
    dub_language: str | None = None

    @property
    def draws(self) -> bool:
        """Whether the picture changes, and so has to be encoded anew."""
        return bool(self.erasures or self.patches or self.subtitles)


def suffix(film: Film, plan: Plan) -> str:
    """ ".mp4" wherever what is copied fits into it, since browsers play it; else ".mkv"."""
    fits = set(film.audio_codecs) <= _MP4_AUDIO and (plan.draws or film.codec in _MP4_VIDEO)
    return ".mp4" if fits else ".mkv"


async def render(
    media: MediaFile, film: Film, plan: Plan, folder: Path, *, name: str, on_progress: Progress
) -> Path:
    """Write the film.

    Args:
        folder: Where the plan's files lie, and the film is written.
        name: Of the file, without a suffix.
        on_progress: Is told the seconds that are written.

    Raises:
        ProcessFailed: "encoder_missing", or what ffmpeg complains about.
    """
    output = folder / f"{name}{suffix(film, plan)}"
    inputs = [*media.as_input(), *_more_inputs(plan)]
    args = [*inputs, *await _picture(film, plan), *_sound(film, plan), *_tracks(film, plan)]
    if output.suffix == ".mp4":
        args += ["-movflags", "+faststart"]
    args += ["-map_metadata", "0", "-max_muxing_queue_size", "4096", output]
    await run_ffmpeg(args, cwd=folder, on_progress=on_progress)
    return output


def _more_inputs(plan: Plan) -> list[str]:
    """After the film: the patches, the voice, the tracks."""
    files = [("matroska", patch.path) for patch in plan.patches]
    files += [("wav", plan.dub)] if plan.dub else []
    files += [("srt", track.srt) for track in plan.tracks]
    return [
        arg
        for demuxer, path in files
        for arg in ("-protocol_whitelist", "file,pipe", "-f", demuxer, "-i", f"file:{path}")
    ]


async def _picture(film: Film, plan: Plan) -> list[str]:
    if not plan.draws:
        return ["-map", "0:v:0", "-c:v", "copy"]
    chain = filters(plan.erasures, plan.method)
    if plan.subtitles is not None:
        if abs(film.aspect - 1) > 0.01:  # letters are drawn on square pixels
            chain.append("scale=trunc(iw*sar/2)*2:ih,setsar=1")
        chain.append(f"ass={plan.subtitles}")
    chain.append("pad=ceil(iw/2)*2:ceil(ih/2)*2")  # H.264 knows no odd sizes
    graph, last = "", "0:v:0"
    for number, patch in enumerate(plan.patches, 1):
        box, laid = patch.erasure.box, f"laid{number}"
        when = enabled(patch.erasure)
        graph += f"[{last}][{number}:v:0]overlay=x={box.x}:y={box.y}:eof_action=pass:{when}[{laid}];"
        last = laid
    graph += f"[{last}]{','.join(chain)}[picture]"
    return ["-filter_complex", graph, "-map", "[picture]", *await _encoder(), "-pix_fmt", "yuv420p"]


async def _encoder() -> list[str]:
    """The arguments of an encoder of H.264, which every browser plays.

    Raises:
        ProcessFailed: "encoder_missing".
    """
    listed = await run_process([program(), "-hide_banner", "-encoders"], timeout=_SECONDS)
    known = set(listed.stdout.decode(errors="replace").split())
    for encoder, options in _ENCODERS:
        if encoder in known:
            return ["-c:v", encoder, *options]
    raise ProcessFailed(
        f"{program()} has no encoder of H.264",
        hint="Install an ffmpeg with libx264, or remove it from PATH: then that of imageio-ffmpeg is used.",
        code="encoder_missing",
        category=ErrorCategory.NOT_FOUND,
    )


def _sound(film: Film, plan: Plan) -> list[str]:
    if plan.dub is None:
        return ["-map", "0:a?", "-c:a", "copy"]
    voice = 1 + len(plan.patches)
    args = ["-map", f"{voice}:a:0", "-map", "0:a?", "-c:a", "copy", "-c:a:0", "aac", "-b:a:0", "160k"]
    args += ["-disposition:a", "0", "-disposition:a:0", "default"]
    if plan.dub_language is not None:
        args += ["-metadata:s:a:0", f"language={iso_639_2(plan.dub_language)}"]
    return args


def _tracks(film: Film, plan: Plan) -> list[str]:
    first = 1 + len(plan.patches) + (plan.dub is not None)
    args: list[str] = []
    for number, track in enumerate(plan.tracks):
        args += ["-map", f"{first + number}:s:0"]
        if track.language is not None:
            args += [f"-metadata:s:s:{number}", f"language={iso_639_2(track.language)}"]
    if plan.tracks:
        args += ["-c:s", "mov_text" if suffix(film, plan) == ".mp4" else "srt"]
    return args


def iso_639_2(language: str) -> str:
    """The three letters of a language's code; "und" for one that is not listed."""
    bare = language.lower().replace("_", "-").partition("-")[0]
    return bare if len(bare) == 3 else _ISO_639_2.get(bare, "und")
