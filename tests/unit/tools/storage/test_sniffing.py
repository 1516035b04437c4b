"""What a file is, its bytes say."""

import pytest

from tools.errors import InvalidInput
from tools.storage.sniffing import PROGRAM, is_video, media_type, refuse_program

PDF, PNG, ZIP = b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n" + bytes(20), b"PK\x03\x04" + bytes(30)
MP4 = b"\0\0\0\x20ftypisom\0\0\x02\0"


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (PDF, "x.png", "application/pdf"),
        (PNG, "x.txt", "image/png"),
        (ZIP, "x.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (ZIP, "x.mp4", "application/zip"),
        (MP4, "x.txt", "video/mp4"),
        (b"\0\0\0\x1cftypM4A \0", "x", "audio/mp4"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "x.jpg", "audio/wav"),
        (b"RIFF\x24\0\0\0AVI LIST", "x", "video/x-msvideo"),
        (b"RIFF\x24\0\0\0WHAT", "x.wav", "application/octet-stream"),
        (b"\xff\xfb\x90\x64" + bytes(40), "x", "audio/mpeg"),
        (b"ID3\x04\0", "x.txt", "audio/mpeg"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "x", "video/webm"),
        ("文字".encode(), "x.mp4", "text/plain"),
        ("文字".encode("gb18030"), "x.txt", "text/plain"),
        ("\ufeff文字".encode("utf-16"), "x.txt", "text/plain"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nHi\n", "x.srt", "application/x-subrip"),
        (b"a,b\n1,2\n", "x.csv", "text/csv"),
        (b"  <!DOCTYPE html><script>", "x.txt", "text/html"),
        (b"<svg onload=alert(1)>", "x.png", "image/svg+xml"),
        (b'<?xml version="1.0"?><svg/>', "x", "image/svg+xml"),
        (b"\0\x01\x02\x03", "x.txt", "application/octet-stream"),
        (b"", "x.txt", "text/plain"),
    ],
)
def test_the_bytes_decide_and_the_name_only_where_they_leave_it_open(
    head: bytes, name: str, expected: str
) -> None:
    assert media_type(head, name) == expected


@pytest.mark.parametrize(
    "head",
    [b"MZ\x90\0\x03\0", b"\x7fELF\x02\x01", b"#!/bin/sh\nrm -rf /", b"\xcf\xfa\xed\xfe\x07", b"\0asm\x01\0"],
)
def test_a_program_is_refused_under_any_name(head: bytes) -> None:
    assert media_type(head, "holiday.jpg") == PROGRAM
    with pytest.raises(InvalidInput, match="program"):
        refuse_program(media_type(head, "holiday.jpg"), "holiday.jpg")


def test_a_video_is_one_by_its_bytes() -> None:
    assert is_video(media_type(MP4, "x.txt"))
    assert not is_video(media_type(b"text", "x.mp4"))
