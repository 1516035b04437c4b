"""Which language a text is in, where it can be told."""

import pytest

from tools.translation.languages import language_of, other_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The keeper of the lighthouse said that it was not his boat, and that he had never seen it.", "en"),
        (
            "Der Wärter sagte, dass es nicht sein Boot war und er es noch nie gesehen hatte.",
            "de",
        ),
        ("Le gardien dit que ce n'est pas son bateau et qu'il ne sait pas à qui est la barque.", "fr"),
        ("他说：“走吧。”", "zh"),
        ("Save file", None),
        ("Zxq vrt plm qqw ert yui opa sdf ghj klz", None),
        ("", None),
    ],
)
def test_a_language_is_told_only_where_it_shows(text: str, language: str | None) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "said", "found"),
    [
        ("Der Wärter sagte, dass es nicht sein Boot war und er es nie gesehen hatte.", "en", "de"),
        ("Der Wärter sagte, dass es nicht sein Boot war und er es nie gesehen hatte.", "de-CH", None),
        ("Der Wärter sagte, dass es nicht sein Boot war und er es nie gesehen hatte.", "nds", None),
        ("Смотритель сказал, что это не его лодка.", "en", "another script"),
        ("Смотритель сказал, что это не его лодка.", "ru", None),
        ("灯塔看守人说那不是他的船，他从来没有见过它，他也不知道是谁的。", "en", "zh"),
        ("OK", "zh", None),
    ],
)
def test_a_language_is_doubted_only_where_the_text_shows_another(
    text: str, said: str, found: str | None
) -> None:
    assert other_language(text, said) == found
