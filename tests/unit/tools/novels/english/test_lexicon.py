"""The word lists."""

from tools.novels.english import lexicon


def test_lists_agree_with_each_other():
    """Weak verbs of speech are verbs of speech, and every noun of kinship has a type of tie."""
    assert lexicon.WEAK_SPEECH_VERBS <= lexicon.SPEECH_VERBS
    assert lexicon.KIN.keys() == lexicon.KIN_RELATIONS.keys()


def test_names_of_both_lists_have_no_gender():
    """A given name that both men and women bear decides nothing."""
    shared = lexicon.MALE_NAMES & lexicon.FEMALE_NAMES

    assert shared
    assert {lexicon.given_name_gender(name) for name in shared} == {"unknown"}


def test_short_forms_lead_to_every_full_name():
    """ "Nell" may be Ellen, Eleanor or Helen."""
    assert {"Ellen", "Eleanor", "Helen"} <= lexicon.NICKNAMES["Nell"]
