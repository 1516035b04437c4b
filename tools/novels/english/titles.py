"""Titles that stand before names, and what each says about its bearer."""

from tools.novels.english.lexicon import read_genders, words

TITLE_GENDERS = read_genders("titles")

#: Titles that are abbreviated with a full stop, which then ends no sentence.
ABBREVIATIONS = words("Mr Mrs Ms Dr Capt Col Gen Lieut Lt Sgt Rev Mme Mlle Prof St Messrs Esq Hon")

#: Titles that also name their bearer alone: "the Colonel", "the Duchess".
RANKS = words(
    """
    Captain Colonel Major General Lieutenant Sergeant Corporal Admiral Commander Commodore Count Baron Duke
    Earl Marquis Viscount King Prince Emperor Squire Constable Inspector Superintendent Archdeacon Bishop Dean
    Canon Parson Pastor President Governor Sheriff Duchess Countess Baroness Marchioness Queen Princess
    Empress Doctor Professor Judge Rajah Friar Abbe
    """
)

#: Titles that say who somebody is to another person.
KIN_TITLES = words(
    "Father Brother Uncle Grandfather Mother Sister Aunt Auntie Aunty Grandmother Granny Cousin Nurse"
)

#: Titles that stay with the given name when the surname is left out: "Sir Walter".
NOBLE_TITLES = words("Sir Lord Lady King Queen Prince Princess Saint Emperor Empress")

#: Titles that may stand before a given name alone: "Sir Walter", "Miss Anne".
BEFORE_GIVEN_NAME = NOBLE_TITLES | KIN_TITLES | words("Miss Master Dame Don Donna Madame")

#: Titles that one man may bear by turns; any other two titles show two people.
INTERCHANGEABLE = words(
    "Mr Master Inspector Constable Sergeant Professor Reverend Squire Monsieur Signor Herr"
)

_LONG_FORMS = {
    "Doctor": "Dr",
    "Capt": "Captain",
    "Col": "Colonel",
    "Gen": "General",
    "Lieut": "Lieutenant",
    "Lt": "Lieutenant",
    "Sgt": "Sergeant",
    "Serjeant": "Sergeant",
    "Rev": "Reverend",
    "Prof": "Professor",
    "Mme": "Madame",
    "Mlle": "Mademoiselle",
    "Ms": "Miss",
    "Mister": "Mr",
    "Auntie": "Aunt",
    "Aunty": "Aunt",
    "St": "Saint",
}


def standard_title(word: str) -> str:
    """The one form of a title, so that "Dr. Grant" and "Doctor Grant" are one name; other words unchanged."""
    return _LONG_FORMS.get(word, word)
