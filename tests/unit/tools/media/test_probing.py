"""What a film is, by ffmpeg's own report."""

import pytest

from tools.errors import InvalidInput
from tools.media.probing import parse_report

VERSION_5 = """Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:rot.mp4':
  Metadata:
    title           : Stream #0:9: Video: fake, 9999x9999
  Duration: 00:01:06.05, start: 0.000000, bitrate: 188 kb/s
  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x3163), 320x180 [SAR 1:1 DAR 16:9], 29.97 fps, 30 tbr
    Side data:
      displaymatrix: rotation of -90.00 degrees
  Stream #0:1[0x2](eng): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 69 kb/s (default)
  Stream #0:2[0x3](fra): Subtitle: mov_text (tx3g / 0x67337874), 0 kb/s
At least one output file must be specified
"""
VERSION_9 = """Input #0, matroska,webm, from 'file:film':
  Duration: N/A, start: 0.000000, bitrate: N/A
  Stream #0:0: Video: mjpeg (Baseline), yuvj444p, 600x600, 90k tbr, 90k tbn (attached pic)
  Stream #0:1: Video: vp9 (Profile 0), yuv420p(tv), 720x576 [SAR 16:11 DAR 20:11], 25 fps, 25 tbr
    Side data:
      Display Matrix: rotation of 180.00 degrees
"""


def test_a_turned_picture_is_measured_as_it_is_shown() -> None:
    film = parse_report(VERSION_5, "mov")

    assert (film.width, film.height, film.rotation) == (180, 320, 90)
    assert film.is_vertical


def test_length_rate_and_tracks_are_read() -> None:
    film = parse_report(VERSION_5, "mov")

    assert (film.duration_ms, film.fps, film.codec) == (66_050, 29.97, "h264")
    assert film.audio is not None
    assert (film.audio.index, film.audio.codec, film.audio.language) == (1, "aac", "eng")
    assert film.subtitle_tracks == 1


def test_a_cover_is_no_picture_and_pixels_need_not_be_square() -> None:
    film = parse_report(VERSION_9.replace("N/A, start", "00:00:02.00, start"), "matroska")

    assert (film.codec, film.width, film.height, film.rotation) == ("vp9", 720, 576, 180)
    assert film.aspect == pytest.approx(16 / 11)
    assert film.audio is None


def test_a_film_without_a_length_is_refused() -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_report(VERSION_9, "matroska")

    assert raised.value.code == "video_unreadable"
