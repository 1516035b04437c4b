"""The pack as the other tools call it."""

from tools.novels.english import PACK


def test_language():
    """The pack says which language it reads."""
    assert PACK.language == "en"
