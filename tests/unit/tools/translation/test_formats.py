"""Documents read as segments: what is no words stays as it is, byte for byte."""

import re
import zipfile
from io import BytesIO

import pytest

from tools.errors import InputTooLarge, InvalidInput
from tools.translation.formats.markdown import signature
from tools.translation.formats.opening import MAX_BYTES, Translatable, open_translatable
from tools.translation.protection import protect

MARKDOWN = (
    "---\ntitle: kept\n---\n# Head **bold** #\n\nSetext\nhead\n===\n\n"
    '> quoted one\n> two `code|x` [link](http://a.b "t")\n\n* item one\n  lazy\n  - nested\n\n1. number\n\n'
    "| a | b \\| c |\n|---|:--|\n| x *e* | y |\n\n```py\ncode\n```\n\n<div>block</div>\n\n"
    '![img](u.png) text  \nhard\\\nmore <b>html</b> &amp; end[^1]\n\n[ref]: http://x "title"\n'
)
HTML = (
    '<!DOCTYPE html>\n<html><head><title>My &amp; page</title><style>p{}</style></head><body class="x">\n'
    '<p title="a tip">Hello <b>big <i>world</i></b>, <a href="x?a=1&amp;b=2">this</a> &lt;now&gt; '
    "caf&eacute;.</p>\n"
    "<div>loose <pre>some code</pre> after <code>x=1</code> end</div><img src=a alt='An image'>\n"
    '<p translate="no">Brand</p><script>var a="text";</script>'
    "<!-- no --><ul><li>one<li>two</ul></body></html>\n"
)
JSON = '{\n  "a": "Hello {name}",\n "b": {"c": ["x y", "12", 3, "t\\u00e9 \\"q\\""]}, "d":"{{count}} items"}'
PO = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain\\n"\n\n'
    '#. a note\nmsgctxt "menu"\nmsgid "File %s"\nmsgstr ""\n\n'
    'msgid "done"\nmsgstr "fertig"\n\n#, fuzzy\nmsgid "multi "\n"line\\n"\nmsgstr "old"\n\n'
    'msgid "one file"\nmsgid_plural "%d files"\nmsgstr[0] ""\nmsgstr[1] ""\n'
)
PLAIN = (
    "First paragraph.\n\nshort\nlines\n\n   \nThis is a long line that an editor has wrapped at a width of\n"
    "about sixty characters, and which goes on to the following of\nthe lines.\n"
)
FILES = {"a.md": MARKDOWN, "a.html": HTML, "a.json": JSON, "a.po": PO, "a.txt": PLAIN}

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BODY = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<w:document {W}><w:body><w:p><w:pPr/>'
    '<w:r w:rsidR="1"><w:t>Hel</w:t></w:r><w:proofErr w:type="x"/>'
    '<w:r w:rsidR="2"><w:t xml:space="preserve">lo </w:t></w:r>'
    "<w:r><w:rPr><w:b/></w:rPr><w:t>é &amp; bold</w:t></w:r><w:r><w:tab/><w:t>end</w:t></w:r></w:p>"
    "<w:p><w:r><w:del><w:t>deleted</w:t></w:del></w:r></w:p>"
    "<w:p><w:r><w:t>outer</w:t></w:r><w:r><w:txbx><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbx></w:r>"
    "<w:r><w:t>again</w:t></w:r></w:p></w:body></w:document>"
)


def docx(body: str = BODY) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", body)
        archive.writestr("word/media/image1.png", b"\x89PNG\x00")
    return output.getvalue()


def reversed_words(words: str) -> str:
    """A translation that keeps the marks and turns every word round."""
    pieces = re.split("(\u27e6\\d+\u27e7)", words)
    return "".join(
        p if p.startswith("\u27e6") else re.sub(r"[^\W\d_]+", lambda m: m[0][::-1], p) for p in pieces
    )


def translated(document: Translatable) -> dict[str, str]:
    found: dict[str, str] = {}
    for segment in document.segments:
        protected = protect(segment)
        if protected.has_words:
            found[segment.id] = protected.restore(reversed_words(protected.words))
            assert document.check(segment.text, found[segment.id]) == []
    return found


def words(document: Translatable) -> list[str]:
    return [protect(segment).words for segment in document.segments]


@pytest.mark.parametrize("name", FILES)
def test_a_document_without_translations_is_written_as_it_was_read(name: str) -> None:
    data = b"\xef\xbb\xbf" + FILES[name].encode()

    assert open_translatable(data, name).render({}) == data


def test_markdown_keeps_every_token_but_the_words() -> None:
    document = open_translatable(MARKDOWN.encode(), "a.md")

    written = document.render(translated(document)).decode()

    assert signature(written) == signature(MARKDOWN)
    assert words(document) == [
        "Head \u27e61\u27e7bold", "Setext head", "quoted one two \u27e61\u27e7link", "item one lazy",
        "nested", "number", "a", "b \u27e61\u27e7 c", "x \u27e61\u27e7e", "y",
        "text\u27e61\u27e7hard\u27e62\u27e7more \u27e63\u27e7html\u27e64\u27e7 end",
    ]  # fmt: skip
    assert "| x *e* | y |" in written
    assert "# daeH **dlob** #" in written


def test_markdown_keeps_boxes_of_tasks_and_lines_of_footnotes() -> None:
    text = "- [ ] first[^a]\n- [x] second\n\n[^a]: One old\n  note.\n[^b]: Two.\n"
    document = open_translatable(text.encode(), "a.md")

    written = document.render(translated(document)).decode()

    assert words(document) == ["first", "second", "One old note.\u27e61\u27e7Two."]
    assert written == "- [ ] tsrif[^a]\n- [x] dnoces\n\n[^a]: enO dlo eton.\n[^b]: owT.\n"


@pytest.mark.parametrize("hostile", ["# no heading", "1. no list", "- nor this", "> nor that", "==="])
def test_a_translation_cannot_begin_another_markdown_block(hostile: str) -> None:
    document = open_translatable(b"Some words\n\nmore\n", "a.md")

    assert signature(document.render({"1": hostile}).decode()) == signature("Some words\n\nmore\n")


def test_a_markdown_translation_that_breaks_the_markup_is_a_problem() -> None:
    document = open_translatable(b"some **bold** words\n", "a.md")

    assert document.check("some **bold** words", "some **bold words") != []


def test_html_keeps_its_skeleton_code_and_what_must_not_be_translated() -> None:
    document = open_translatable(HTML.encode(), "a.html")

    written = document.render(translated(document)).decode()

    assert re.findall(r"</?\w+", written) == re.findall(r"</?\w+", HTML)
    assert 'olleH <b>gib <i>dlrow</i></b>, <a href="x?a=1&amp;b=2">siht</a> &lt;won&gt; ' in written
    for kept in ("<pre>some code</pre>", "<code>x=1</code>", "Brand", 'var a="text";', "<!-- no -->", "p{}"):
        assert kept in written
    assert 'title="a pit"' in written
    assert "alt='nA egami'" in written


def test_html_words_cannot_become_markup() -> None:
    document = open_translatable(b"<p>one</p>", "a.html")

    assert document.render({"1": "a < b & c"}) == b"<p>a &lt; b &amp; c</p>"


def test_html_marks_that_cross_are_a_problem() -> None:
    document = open_translatable(b"<p>a <b>x</b> c</p>", "a.html")

    assert document.check("a <b>x</b> c", "a </b>x<b> c") != []


def test_json_changes_values_alone() -> None:
    document = open_translatable(JSON.encode(), "a.json")

    written = document.render(translated(document)).decode()

    assert written == (
        '{\n  "a": "olleH {name}",\n "b": {"c": ["x y", "12", 3, "ét \\"q\\""]}, "d":"{{count}} smeti"}'
    )
    assert [segment.note for segment in document.segments] == ["a", "c", "c", "d"]


def test_po_fills_what_is_not_translated_and_keeps_the_rest() -> None:
    document = open_translatable(PO.encode(), "a.po")

    written = document.render(translated(document)).decode()

    assert 'msgid "File %s"\nmsgstr "eliF %s"' in written
    assert 'msgstr "fertig"' in written
    assert '#, fuzzy\nmsgid "multi "\n"line\\n"\nmsgstr "itlum enil\\n"' in written
    assert 'msgstr[0] "eno elif"\nmsgstr[1] "%d selif"' in written
    assert document.segments[0].note == "a note; menu"


def test_plain_text_is_cut_at_paragraphs_or_at_lines_that_are_no_wrapped_ones() -> None:
    document = open_translatable(PLAIN.encode(), "a.txt")

    assert [len(line.split()) for line in words(document)] == [2, 1, 1, 27]
    assert document.render({"2": "kurz"}).decode() == PLAIN.replace("short", "kurz")


def test_docx_keeps_formatting_and_joins_what_word_has_split() -> None:
    document = open_translatable(docx(), "a.docx")

    assert words(document) == ["Hello \u27e61\u27e7é & bold\u27e62\u27e7end", "outer", "box", "again"]
    written = document.render(
        {"1": document.segments[0].text.replace("Hello", "Hallo & <ja>"), "3": "Kasten"}
    )
    with zipfile.ZipFile(BytesIO(written)) as archive:
        body = archive.read("word/document.xml").decode()
        assert archive.read("word/media/image1.png") == b"\x89PNG\x00"
    assert '<w:t xml:space="preserve">Hallo &amp; &lt;ja&gt; </w:t>' in body
    assert '<w:rPr><w:b/></w:rPr><w:t xml:space="preserve">é &amp; bold</w:t>' in body
    assert "<w:tab/>" in body
    assert ">Kasten</w:t>" in body
    assert ">deleted</w:t>" in body


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"x", "a.pdf", "unsupported_format"),
        (b"{", "a.json", "not_json"),
        (b"<p>1</p>", "a.html", "no_words"),
        (b"PK\x03\x04broken", "a.docx", "broken_archive"),
        (docx("<!DOCTYPE a><a/>"), "a.docx", "broken_docx"),
        (docx("<a>"), "a.docx", "broken_docx"),
        (docx()[:-40], "a.docx", "broken_archive"),
        (docx()[:200], "a.docx", "broken_archive"),
        (docx(BODY[:-60]), "a.docx", "broken_docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.docx", "encrypted_docx"),
        (b"", "a.docx", "broken_archive"),
        (b"\x00\x01\x02", "a.txt", "binary_input"),
        ("深い海".encode("shift-jis") * 3, "a.txt", "undecodable_input"),
        (MARKDOWN.encode()[:-1] + b"\xe4\xbd", "a.md", "undecodable_input"),
    ],
)
def test_a_file_that_cannot_be_translated_is_refused_by_name(data: bytes, name: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        open_translatable(data, name)

    assert caught.value.code == code


def test_too_large_a_file_is_refused() -> None:
    with pytest.raises(InputTooLarge):
        open_translatable(bytes(MAX_BYTES + 1), "a.txt")


def test_a_translation_of_no_segment_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no segment '9'"):
        open_translatable(b"one\n", "a.txt").render({"9": "x"})
