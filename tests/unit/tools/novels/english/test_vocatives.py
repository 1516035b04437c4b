"""Whom a quotation addresses."""

import pytest

from tools.novels.english.vocatives import is_vocative, vocative_gender


@pytest.mark.parametrize(
    ("quote", "called"),
    [
        ('"Emma, come."', True),
        ('"Yes, Emma, I know."', True),
        ('"My dear Emma!"', True),
        ('"Come, my dear Emma, and see."', True),
        ('"Is it you, Emma?"', True),
        ('"Emma is late."', False),
        ('"I saw Emma."', False),
        ('"Give it to Emma, will you?"', False),
        ('"Emma\'s hat, please."', False),
    ],
    ids=str,
)
def test_vocatives_stand_between_signs(quote, called):
    """A name calls somebody when signs part it from the sentence."""
    start = quote.index("Emma")

    assert is_vocative(quote, start, start + 4, 0, len(quote)) is called


@pytest.mark.parametrize(
    ("quote", "gender"),
    [
        ('"No, sir, I thank you."', "male"),
        ('"Indeed, ma\'am!"', "female"),
        ('"Yes, sir; no, ma\'am."', "unknown"),
        ('"The sir of the manor."', "unknown"),
    ],
    ids=str,
)
def test_forms_of_address_show_a_gender(quote, gender):
    """ "sir" and "ma'am" tell the gender of the person addressed, unless both are said."""
    assert vocative_gender(quote, 0, len(quote)) == gender
