"""What was translated before is found again, exactly or nearly, and travels as TMX."""

import pytest

from tools.errors import InvalidInput
from tools.translation.memory import TranslationMemory
from tools.translation.tmx import read_tmx, write_tmx

PAIRS = [
    ("Press the red button to stop the machine.", "Drücken Sie den roten Knopf, um die Maschine anzuhalten."),
    ("Call \u27e61\u27e7 & ask <them>.", "Rufen Sie \u27e61\u27e7 an & fragen Sie <sie>."),
    ("Yes", "Ja"),
]


def test_the_same_words_are_found_whatever_their_white_space() -> None:
    assert TranslationMemory(PAIRS).exact("Press the red\n button to stop the machine. ") == PAIRS[0][1]


def test_a_later_translation_of_the_same_words_counts() -> None:
    assert TranslationMemory([*PAIRS, ("Yes", "Doch")]).exact("Yes") == "Doch"


def test_words_that_are_nearly_the_same_are_found_with_their_likeness() -> None:
    [match] = TranslationMemory(PAIRS).similar("Press the green button to stop the machine.", least=0.8)

    assert match.target == PAIRS[0][1]
    assert 0.8 < match.likeness < 1


def test_other_words_are_not_found() -> None:
    memory = TranslationMemory(PAIRS)

    assert memory.exact("No") is None
    assert memory.similar("The weather is fine today on the islands.", least=0.6) == []
    assert memory.similar(PAIRS[0][0], least=0.6) == []


def test_a_memory_comes_back_whole_from_its_file() -> None:
    data = write_tmx(PAIRS, source="en", target="de")

    assert read_tmx(data, "m.tmx", source="en-GB", target="de") == PAIRS
    assert b'<ph x="1"/>' in data


def test_tags_of_other_tools_become_marks() -> None:
    data = b"""<?xml version="1.0"?><tmx version="1.4"><header/><body><tu>
    <tuv xml:lang="EN"><seg>See <bpt i="1">&lt;b&gt;</bpt>this<ept i="1">&lt;/b&gt;</ept>.</seg></tuv>
    <tuv xml:lang="de"><seg>Siehe <bpt i="1">x</bpt>dies<ept i="1">x</ept>.</seg></tuv></tu></body></tmx>"""

    assert read_tmx(data, "m.tmx", source="en", target="de") == [
        ("See \u27e61\u27e7this\u27e62\u27e7.", "Siehe \u27e61\u27e7dies\u27e62\u27e7.")
    ]


def test_a_file_without_the_pair_names_its_languages() -> None:
    with pytest.raises(InvalidInput, match="'fr'") as caught:
        read_tmx(write_tmx(PAIRS, source="en", target="de"), "m.tmx", source="en", target="fr")

    assert caught.value.hint == "It has: de, en."


def test_a_file_that_is_no_xml_is_refused() -> None:
    with pytest.raises(InvalidInput):
        read_tmx(b"<tmx><body><tu>", "m.tmx", source="en", target="de")
