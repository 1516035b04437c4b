"""Words that may be names or terms."""

from tools.translation.term_candidates import candidates


def test_names_are_words_with_capitals_that_come_again() -> None:
    found = candidates(
        [
            "Martha Hale left the Bank of Elm. Nobody saw Martha Hale.",
            "At the Bank of Elm, Peter waited. Peter waited long, and then Peter left.",
            "Then it rained. Then it stopped. NASA and NASA's men came.",
        ]
    )

    assert {each.text: each.count for each in found} == {
        "Martha Hale": 2,
        "Bank of Elm": 2,
        "Peter": 3,
        "NASA": 2,
    }


def test_scripts_without_capitals_give_strings_that_come_again_in_full_length() -> None:
    texts = ["贾宝玉来了。", "贾宝玉不在。", "他看见贾宝玉。", "我们知道。", "我们知道。", "我们知道。"]

    assert [each.text for each in candidates(texts)] == ["贾宝玉"]


def test_a_candidate_brings_sentences_in_which_it_stands() -> None:
    (found,) = candidates(["I saw Ann.", "Did you see Ann?", "We met Ann."])

    assert found.examples == ("I saw Ann.", "Did you see Ann?")
