"""Archives are built here, byte by byte where they have to be hostile; texts are written for these tests."""

import struct
import zipfile
from collections.abc import Mapping
from io import BytesIO

import pytest

from tools.documents import open_document
from tools.documents.document import MAX_ENTRIES, MAX_INFLATED_BYTES
from tools.errors import InputTooLarge, InvalidInput

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DC = "http://purl.org/dc/elements/1.1/"


def zip_of(files: Mapping[str, str | bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def package(parts: list[str], spine: list[str] | None = None) -> str:
    items = "".join(
        f'<item id="{part}" href="{part}.xhtml" media-type="application/xhtml+xml"/>' for part in parts
    )
    references = "".join(f'<itemref idref="{part}"/>' for part in (parts if spine is None else spine))
    metadata = (
        f'<metadata xmlns:dc="{DC}"><dc:title>The Mill</dc:title><dc:creator>A. Hill</dc:creator></metadata>'
    )
    return f"<package>{metadata}<manifest>{items}</manifest><spine>{references}</spine></package>"


def epub(bodies: Mapping[str, str], spine: list[str] | None = None, **more: str) -> bytes:
    files = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package(list(bodies), spine)}
    files |= {f"OEBPS/{part}.xhtml": XHTML.format(body) for part, body in bodies.items()}
    return zip_of(files | {name.replace("__", "/"): content for name, content in more.items()})


def docx(body: str, **more: str) -> bytes:
    document = f'<w:document xmlns:w="{WORD}" xmlns:mc="m"><w:body>{body}</w:body></w:document>'
    return zip_of(
        {"word/document.xml": document} | {name.replace("__", "/"): text for name, text in more.items()}
    )


def code_of(data: bytes, name: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        open_document(data, name)
    assert caught.value.hint
    return caught.value.code


class TestPlain:
    def test_a_text_is_kept_as_it_is_stored(self) -> None:
        document = open_document("# One\r\n\r\n他说。\u00a0".encode("gb18030"), "book.md")

        assert (document.text, document.encoding) == ("# One\r\n\r\n他说。\u00a0", "gb18030")

    def test_the_suffix_does_not_matter_to_a_text(self) -> None:
        assert open_document(b"He left.", "book").text == "He left."


class TestEpub:
    def test_parts_come_in_the_order_of_the_spine_with_title_and_author(self) -> None:
        data = epub({"one": "<h1>One</h1><p>He left.</p>", "two": "<p>She stayed.</p>"}, spine=["two", "one"])

        document = open_document(data, "book.epub")

        assert document.text == "She stayed.\n\nOne\n\nHe left."
        assert (document.title, document.author) == ("The Mill", "A. Hill")
        assert [document.text[start:][:3] for start in document.chapter_starts] == ["She", "One"]

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            pytest.param("<p>one\n  two <i>three</i>.</p>", "one two three.", id="blanks fold"),
            pytest.param("<p>one<br/>two</p>", "one\ntwo", id="line break"),
            pytest.param("<pre>one\n  two</pre>", "one\n  two", id="preformatted"),
            pytest.param("<div>one<div>two</div>three</div>", "one\n\ntwo\n\nthree", id="nested blocks"),
            pytest.param("<p>&ldquo;Yes&rdquo; &amp; &#8217;no&#x2019;</p>", "“Yes” & ’no’", id="entities"),
            pytest.param("<p>one</p><script>x()</script><style>p{}</style>", "one", id="scripts and styles"),
            pytest.param("<nav><ol><li>One</li></ol></nav><p>one</p>", "one", id="navigation"),
            pytest.param("<p><ruby>漢<rt>hàn</rt></ruby>字</p>", "漢字", id="ruby"),
            pytest.param("<p>one<p>two", "one\n\ntwo", id="unclosed"),
        ],
    )
    def test_markup_becomes_paragraphs(self, body: str, text: str) -> None:
        assert open_document(epub({"one": body}), "book.epub").text == text

    def test_an_archive_is_known_by_its_content(self) -> None:
        assert open_document(epub({"one": "<p>He left.</p>"}), "book.txt").text == "He left."

    def test_a_part_named_twice_in_the_spine_is_read_once(self) -> None:
        data = epub({"one": "<p>He left.</p>"}, spine=["one", "one", "one"])

        assert open_document(data, "book.epub").text == "He left."

    def test_scrambled_fonts_are_no_copy_protection(self) -> None:
        encryption = (
            '<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/>'
            '<CipherReference URI="OEBPS/font.otf"/></EncryptedData></encryption>'
        )
        data = epub({"one": "<p>He left.</p>"}, **{"META-INF__encryption.xml": encryption})

        assert open_document(data, "book.epub").text == "He left."

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            pytest.param(epub({"one": "<p>x</p>"}, spine=[]), "broken_epub", id="empty spine"),
            pytest.param(
                epub({"one": "<p>x</p>"}, spine=["none"]), "broken_epub", id="spine of unknown parts"
            ),
            pytest.param(epub({"one": ""}), "broken_epub", id="no text"),
            pytest.param(zip_of({"META-INF/container.xml": "<container/>"}), "broken_epub", id="no package"),
            pytest.param(
                zip_of({"META-INF/container.xml": CONTAINER}), "broken_archive", id="package missing"
            ),
            pytest.param(
                zip_of({"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package(["one"])}),
                "broken_archive",
                id="part missing",
            ),
            pytest.param(
                zip_of(
                    {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package(["../../etc/passwd"])}
                ),
                "broken_archive",
                id="part outside of the archive",
            ),
            pytest.param(
                epub(
                    {"one": "<p>x</p>"},
                    **{
                        "META-INF__encryption.xml": "<encryption><EncryptedData>"
                        '<EncryptionMethod Algorithm="aes"/>'
                        '<CipherReference URI="OEBPS/one.xhtml"/></EncryptedData></encryption>'
                    },
                ),
                "encrypted_document",
                id="copy protection",
            ),
            pytest.param(
                zip_of(
                    {
                        "META-INF/container.xml": CONTAINER,
                        "OEBPS/book.opf": package(["one"]),
                        "OEBPS/one.xhtml": '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><p>&b;</p>',
                    }
                ),
                "unsafe_markup",
                id="entity bomb",
            ),
        ],
    )
    def test_a_bad_epub_is_refused_with_its_reason(self, data: bytes, code: str) -> None:
        assert code_of(data, "book.epub") == code

    def test_external_entities_are_not_fetched(self) -> None:
        markup = (
            '<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd"><html><body><p>one &nbsp; &x;</p></body></html>'
        )
        files = {
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": package(["one"]),
            "OEBPS/one.xhtml": markup,
        }

        assert open_document(zip_of(files), "book.epub").text.startswith("one")


class TestDocx:
    def test_paragraphs_headings_and_properties_are_read(self) -> None:
        heading = '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>One</w:t></w:r></w:p>'
        runs = "<w:p><w:r><w:t>He </w:t></w:r><w:r><w:t>left.</w:t><w:br/><w:t>So</w:t><w:tab/></w:r></w:p>"
        properties = f'<p xmlns:dc="{DC}"><dc:title>The Mill</dc:title><dc:creator>A. Hill</dc:creator></p>'

        document = open_document(
            docx("<w:p/>" + heading + runs, **{"docProps__core.xml": properties}), "book.docx"
        )

        assert document.text == "One\n\nHe left.\nSo"
        assert (document.title, document.author, document.chapter_starts) == ("The Mill", "A. Hill", (0,))

    def test_text_that_is_deleted_or_repeated_is_left_out(self) -> None:
        body = (
            "<w:p><w:r><w:t>He left.</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
            "<mc:Fallback><w:p><w:r><w:t>again</w:t></w:r></w:p></mc:Fallback></w:p>"
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        )

        assert open_document(docx(body), "book.docx").text == "He left.\n\ncell"

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            pytest.param(docx(""), "empty_input", id="no text"),
            pytest.param(zip_of({"word/document.xml": "<w:document"}), "broken_markup", id="broken markup"),
            pytest.param(
                zip_of({"word/document.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}),
                "unsafe_markup",
                id="entities",
            ),
        ],
    )
    def test_a_bad_docx_is_refused_with_its_reason(self, data: bytes, code: str) -> None:
        assert code_of(data, "book.docx") == code


def declared_smaller(data: bytes, size: int) -> bytes:
    """``data`` with the inflated size of its first file understated in both headers."""
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    lie = struct.pack("<L", size)
    data = data[: local + 22] + lie + data[local + 26 :]
    return data[: central + 24] + lie + data[central + 28 :]


def encrypted(data: bytes) -> bytes:
    """``data`` with the flag for a password on its first file."""
    central = data.index(b"PK\x01\x02")
    local = data.index(b"PK\x03\x04")
    data = data[: local + 6] + b"\x01" + data[local + 7 :]
    return data[: central + 8] + b"\x01" + data[central + 9 :]


class TestArchive:
    @pytest.mark.parametrize(
        ("data", "code"),
        [
            pytest.param(b"PK\x03\x04 and nothing more", "broken_archive", id="not a ZIP"),
            pytest.param(b"plain text", "broken_archive", id="text with the suffix of an archive"),
            pytest.param(epub({"one": "<p>He left.</p>"})[:-60], "broken_archive", id="cut short"),
            pytest.param(zip_of({"picture.png": b"\x89PNG"}), "unsupported_format", id="some other archive"),
            pytest.param(
                zip_of({"../evil": "x", "word/document.xml": "<a/>"}), "unsafe_archive", id="path upwards"
            ),
            pytest.param(
                zip_of({"/evil": "x", "word/document.xml": "<a/>"}), "unsafe_archive", id="absolute path"
            ),
            pytest.param(
                zip_of({"..\\evil": "x", "word/document.xml": "<a/>"}), "unsafe_archive", id="backslashes"
            ),
            pytest.param(encrypted(docx("<w:p/>")), "encrypted_document", id="password"),
        ],
    )
    def test_a_bad_archive_is_refused_with_its_reason(self, data: bytes, code: str) -> None:
        assert code_of(data, "book.epub") == code

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(zip_of({"word/document.xml": bytes(2_000_000)}), id="ratio"),
            pytest.param(
                zip_of({f"{number}": b"" for number in range(MAX_ENTRIES + 1)}), id="number of files"
            ),
            pytest.param(
                declared_smaller(zip_of({"word/document.xml": bytes(MAX_INFLATED_BYTES + 1)}), 1000),
                id="false size",
            ),
        ],
    )
    def test_a_bomb_is_refused_as_too_large(self, data: bytes) -> None:
        with pytest.raises(InvalidInput) as caught:
            open_document(data, "book.docx")

        assert caught.value.code in ("archive_bomb", "broken_archive")

    def test_many_large_files_are_refused_by_their_sum(self) -> None:
        block = bytes(range(256)) * 4096
        files = {f"{number}": block for number in range(MAX_INFLATED_BYTES // len(block) + 1)}

        assert code_of(zip_of(files), "book.epub") == "archive_bomb"


class TestLimits:
    def test_too_many_bytes_are_refused_before_anything_is_read(self) -> None:
        with pytest.raises(InputTooLarge, match="at most 10 are read") as caught:
            open_document(b"PK" * 6, "book.epub", max_bytes=10)

        assert caught.value.code == "file_too_large"

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            pytest.param(b"He left.", "book.txt", id="text"),
            pytest.param(epub({"one": "<p>He left.</p>"}), "book.epub", id="epub"),
            pytest.param(docx("<w:p><w:t>He left.</w:t></w:p>"), "book.docx", id="docx"),
        ],
    )
    def test_the_limit_of_characters_is_exact(self, data: bytes, name: str) -> None:
        assert open_document(data, name, max_characters=8).text == "He left."
        with pytest.raises(InputTooLarge) as caught:
            open_document(data, name, max_characters=7)
        assert caught.value.code == "too_many_characters"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7 x", "book.pdf"),
        (b"%PDF-1.7 x", "book.txt"),
        (b"text", "book.pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "book.doc"),
        (b"{\\rtf1", "book.txt"),
        (b"<html>", "book.html"),
    ],
)
def test_formats_that_are_not_read_are_named(data: bytes, name: str) -> None:
    assert code_of(data, name) == "unsupported_format"
