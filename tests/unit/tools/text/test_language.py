import pytest

from tools.errors import UnsupportedLanguage
from tools.text.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("He put the letter on the table and went out of the room.", "en", id="English"),
        pytest.param("Hello!", "en", id="one English word"),
        pytest.param("Chapter One", "en", id="no function words"),
        pytest.param("他把信放在桌上，走了出去。", "zh", id="Chinese"),
        pytest.param("他把信放在桌上，走了出去。" * 20 + "の", "zh", id="Chinese with a kana"),
        pytest.param("我在New York的Central Park遇见了Elizabeth Bennet小姐。", "zh", id="Chinese with names"),
        pytest.param(
            "He said 你好 and left the house with his brother.", "en", id="English with Chinese words"
        ),
    ],
)
def test_chinese_and_english_are_told_apart(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("彼は手紙を机の上に置いて、部屋を出て行った。", "Japanese"),
        ("그는 편지를 탁자 위에 놓고 방을 나갔다.", "Korean"),
        ("Он положил письмо на стол и вышел из комнаты.", "Cyrillic"),
        ("وضع الرسالة على الطاولة وخرج من الغرفة.", "Arabic"),
        ("Έβαλε το γράμμα στο τραπέζι και βγήκε.", "Greek"),
        ("Il posa la lettre sur la table et sortit de la chambre avec son frère.", "French"),
        ("Er legte den Brief auf den Tisch und ging mit dem Bruder aus der Stube.", "German"),
        ("Puso la carta en la mesa y salió de la casa con su hermano, que era mayor.", "Spanish"),
        ("Hij legde de brief op de tafel en ging met zijn broer naar het dorp.", "Dutch"),
        ("Zut bork flim grax " * 10, "not English"),
    ],
)
def test_another_language_is_refused_by_its_name(text: str, named: str) -> None:
    with pytest.raises(UnsupportedLanguage, match=named):
        detect(text)


def test_a_text_without_words_is_refused() -> None:
    with pytest.raises(UnsupportedLanguage) as caught:
        detect("1234 ... !!")

    assert caught.value.code == "no_words"
    assert caught.value.hint == "Send a text in Chinese or English."


def test_a_foreign_preface_does_not_hide_the_language_of_a_long_text() -> None:
    french = "Il posa la lettre sur la table et sortit de la chambre. " * 100
    english = "He put the letter on the table and went out of the room. " * 10_000

    assert detect(french + english) == "en"
