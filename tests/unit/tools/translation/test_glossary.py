"""Terms: read from files, found in texts, and held against translations."""

import pytest

from tools.errors import InputTooLarge, InvalidInput
from tools.translation.glossary import Glossary, Term
from tools.translation.glossary_files import MAX_TERMS, glossary_of, read_glossary

TBX = b"""<?xml version="1.0"?><martif type="TBX"><text><body>
<termEntry><langSet xml:lang="en"><tig><term>base rate</term></tig></langSet>
<langSet xml:lang="zh-HK"><tig><term>\xe5\x9f\xba\xe6\x9c\xac\xe5\x88\xa9\xe7\x8e\x87</term></tig></langSet>
</termEntry></body></text></martif>"""


def glossary(**terms: str) -> Glossary:
    return Glossary(
        Term(source=source.replace("_", " "), targets=(target,)) for source, target in terms.items()
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Base  Rate rose.", {"base rate": 1}),
        ("Base rates and a bank's vault", {"base rate": 1, "bank": 1}),
        ("the bankruptcy of a riverbank", {}),
        ("bank, bank and Bank", {"bank": 3}),
        ("HKMA的bank", {"bank": 1, "hkma": 1}),
        ("bank note", {"bank note": 1}),
    ],
)
def test_terms_are_found_as_whole_words_longest_first(text: str, found: dict[str, int]) -> None:
    assert glossary(base_rate="x", bank="y", bank_note="z", HKMA="w").find(text) == found


def test_scripts_without_word_ends_are_found_anywhere() -> None:
    assert glossary(银行="bank", 基本利率="base rate").find("香港银行的基本利率") == {
        "银行": 1,
        "基本利率": 1,
    }


def test_case_counts_where_the_term_says_so() -> None:
    terms = Glossary([Term(source="US", targets=("USA",), is_case_sensitive=True)])

    assert terms.find("US and us") == {"US": 1}


def test_a_term_is_missing_when_it_is_translated_fewer_times_than_it_stands_there() -> None:
    terms = Glossary([Term(source="bank", targets=("Bank", "Geldhaus"))])

    assert terms.missing("bank and bank", "bank und Geldhaus") == []
    assert [term.source for term in terms.missing("bank and bank", "Bank und Ufer")] == ["bank"]
    assert terms.success([("bank and bank", "Bank und Ufer"), ("no term", "nichts")]) == (1, 2)


def test_of_two_translations_that_clash_the_first_is_taken_and_the_other_is_named() -> None:
    terms = Glossary([Term(source="bank", targets=("Bank",)), Term(source="Bank", targets=("Ufer",))])

    assert terms.terms["bank"].targets == ("Bank",)
    assert [(clash.targets, clash.others) for clash in terms.clashes] == [(("Bank",), ("Ufer",))]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (
            b"source,target,keep,case_sensitive,note\nbank,Bank|Geldhaus,,yes,money\nHKMA,,x,,\n",
            "a.csv",
        ),
        (
            b"source;target;keep;case_sensitive;note\r\nbank;Bank|Geldhaus;;1;money\r\nHKMA;;1;;\r\n",
            "a.csv",
        ),
        (
            b"source\ttarget\tkeep\tcase_sensitive\tnote\n"
            b"bank\tBank | Geldhaus\t\ttrue\tmoney\nHKMA\t\tyes\n",
            "a.tsv",
        ),
        (
            b'[{"source": "bank", "targets": ["Bank", "Geldhaus"], "case_sensitive": true, "note": "money"},'
            b' {"source": "HKMA", "keep": true}]',
            "a.json",
        ),
    ],
)
def test_files_with_the_same_terms_give_the_same_glossary(data: bytes, name: str) -> None:
    read = read_glossary(data, name)

    bank, hkma = read.terms.values()
    assert bank == Term(source="bank", targets=("Bank", "Geldhaus"), is_case_sensitive=True, note="money")
    assert hkma.is_kept


def test_two_columns_need_no_heading_and_a_json_mapping_no_names() -> None:
    assert list(read_glossary(b"bank,Bank\nrate,Rate\n", "a.csv").terms) == ["bank", "rate"]
    assert list(read_glossary(b'{"bank": "Bank", "rate": ["Rate"]}', "a.json").terms) == ["bank", "rate"]


def test_tbx_gives_the_two_languages_that_are_asked_for() -> None:
    assert read_glossary(TBX, "a.tbx", source="en", target="zh").terms["base rate"].targets == ("基本利率",)


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"bank,\n", "a.csv", "line 1, 'bank', has no translation"),
        (b",Bank\n", "a.csv", "line 1 has a translation and no source"),
        (b"[1]", "a.json", "neither a mapping nor a list"),
        (b"{", "a.json", "no JSON"),
        (b'[{"target": "x"}]', "a.json", "entry 1 has no source"),
        (b"{}", "a.json", "no terms"),
        (TBX, "a.tbx", "say which two are meant"),
        (b"\x00" * 9, "a.doc", "no glossary that can be read"),
    ],
)
def test_what_is_wrong_with_a_glossary_is_named(data: bytes, name: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_glossary(data, name)


def test_too_many_terms_are_refused() -> None:
    with pytest.raises(InputTooLarge, match=str(MAX_TERMS)):
        glossary_of([Term(source=str(n), targets=("x",)) for n in range(MAX_TERMS + 1)])


def test_entities_in_tbx_are_not_resolved() -> None:
    hostile = TBX.replace(
        b'<martif type="TBX">', b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/hostname">]><martif type="TBX">'
    ).replace(b"base rate", b"&x;")

    with pytest.raises(InvalidInput, match="entit"):
        read_glossary(hostile, "a.tbx", source="en", target="zh")
