"""What rules see of a translation."""

import pytest

from tools.translation.glossary import Glossary, Term
from tools.translation.judging import Judge, is_usable
from tools.translation.protection import protect
from tools.translation.segments import Segment

GLOSSARY = Glossary([Term(source="bank", targets=("银行",)), Term(source="HKMA", targets=("HKMA",))])


def no_markup(_source: str, _translation: str) -> list[str]:
    return []


def broken_markup(_source: str, _translation: str) -> list[str]:
    return ["broken"]


def kinds(words: str, translation: str, *, target: str = "zh", source: str = "en") -> list[str]:
    judge = Judge(source=source, target=target, glossary=GLOSSARY, check_markup=no_markup)
    segment = Segment(id="1", text=words)
    return [fault.kind for fault in judge.faults(protect(segment), words, translation)]


@pytest.mark.parametrize(
    ("words", "translation", "found"),
    [
        ("Hello there", "你好", []),
        ("Hello there", " ", ["empty"]),
        ("Hello {name} there", "你好", ["marks"]),
        ("Hello there", "Hello  there", ["same"]),
        ("HKMA", "HKMA", []),
        ("This is a whole sentence", "Das ist ein ganzer Satz", ["script"]),
        ("Apple iPad", "Apple iPad Air", []),
        ("In 2015 it rose", "它在2016年上升", ["numbers", "numbers"]),
        ("The bank closed", "那家店关门了", ["terms"]),
        ("The bank of the river and the other bank are far away from here", "银行银行", ["length"]),
        ("This is paragraph number one of the long text.", "这是这篇长文章里的第一个段落。", []),
    ],
)
def test_each_fault_is_seen_and_nothing_else(words: str, translation: str, found: list[str]) -> None:
    assert kinds(words, translation) == found


def test_a_fault_that_only_wants_a_look_leaves_the_translation_usable() -> None:
    judge = Judge(source="en", target="zh", glossary=GLOSSARY, check_markup=broken_markup)
    protected = protect(Segment(id="1", text="The bank"))

    assert not is_usable(judge.faults(protected, "The bank", "银行"))
    assert kinds("The bank", "店") == ["terms"]


def test_within_one_language_a_text_may_stay_as_it_is() -> None:
    assert kinds("Colour of the sea", "Colour of the sea", source="en", target="en") == []
