import pytest

from tools.errors import InvalidInput
from tools.text.decode import decode

SIMPLIFIED = "他把小圆镜递到她手里，自己也忍不住笑了。“我们走吧。”她说。"
TRADITIONAL = "他把小圓鏡遞到她手裡，自己也忍不住笑了。「我們走吧。」她說。"
WESTERN = "“Hello,” said the café’s owner — naïve as ever."


@pytest.mark.parametrize("repeats", [1, 200], ids=["short", "long"])
@pytest.mark.parametrize(
    ("text", "stored", "encoding"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8"),
        (SIMPLIFIED, "utf-16", "utf-16-le"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        (SIMPLIFIED, "gb2312", "gb18030"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5hkscs"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (TRADITIONAL, "utf-16-le", "utf-16-le"),
        (WESTERN, "utf-8", "utf-8"),
        (WESTERN, "cp1252", "cp1252"),
        (WESTERN, "utf-16-le", "utf-16-le"),
        (WESTERN, "utf-16-be", "utf-16-be"),
        (WESTERN, "utf-32", "utf-32-le"),
    ],
)
def test_the_encoding_is_detected(text: str, stored: str, encoding: str, repeats: int) -> None:
    decoded = decode((text * repeats).encode(stored))

    assert (decoded.text, decoded.encoding) == (text * repeats, encoding)


@pytest.mark.parametrize(
    ("text", "stored"),
    [("你好", "gb18030"), ("他说", "gb18030"), ("第一章", "gb18030"), ("你好", "big5"), ("他說", "big5")],
)
def test_two_characters_are_enough_for_chinese(text: str, stored: str) -> None:
    assert decode(text.encode(stored)).text == text


def test_a_named_encoding_wins_over_detection() -> None:
    assert decode("é".encode("cp1252"), encoding="cp1252").text == "é"
    assert decode("他说".encode("gb18030"), encoding="GBK").encoding == "gb18030"


@pytest.mark.parametrize(
    ("data", "encoding", "code"),
    [
        pytest.param(b"", None, "empty_input", id="no bytes"),
        pytest.param(b" \r\n\t", None, "empty_input", id="white space"),
        pytest.param(b"\xef\xbb\xbf", None, "empty_input", id="only a byte order mark"),
        pytest.param(b"%PDF-1.7 and so on", None, "binary_input", id="PDF"),
        pytest.param(b"PK\x03\x04 and so on", None, "binary_input", id="ZIP"),
        pytest.param(b"\x89PNG\r\n\x1a\n", None, "binary_input", id="image"),
        pytest.param(b"abc\0\0\0\0\0\0\0\x01\x02", None, "binary_input", id="zero bytes"),
        pytest.param(b"a\x01b\x02c\x03" * 50, None, "binary_input", id="control characters"),
        pytest.param(bytes(range(128, 256)) * 20, None, "undecodable_input", id="no likely reading"),
        pytest.param(SIMPLIFIED.encode()[:-1], None, "undecodable_input", id="cut inside a character"),
        pytest.param(b"text", "klingon", "unknown_encoding", id="no such encoding"),
        pytest.param(b"text", "rot13", "unknown_encoding", id="not an encoding of text"),
        pytest.param(
            SIMPLIFIED.encode("gb18030"), "utf-8", "undecodable_input", id="not valid in the named one"
        ),
    ],
)
def test_what_is_no_text_is_refused_with_its_reason(data: bytes, encoding: str | None, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        decode(data, encoding=encoding)

    assert caught.value.code == code
    assert caught.value.hint
