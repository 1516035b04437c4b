"""The pack as the other tools call it."""

from tools.novels import english


def test_language():
    """The pack says which language it reads."""
    assert english.language == "en"
