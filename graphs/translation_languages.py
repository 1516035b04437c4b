"""Warnings where a text, or its translation, is plainly in another language than was said."""

from collections.abc import Iterable, Mapping, Sequence

from graphs.notes import Note, warn
from graphs.translation_batches import BatchAnswer, translations_of
from tools.translation.languages import language_of, other_language
from tools.translation.protection import without_marks
from tools.translation.scripts import main_language


def source_notes(words: Iterable[str], said: str | None, targets: Sequence[str]) -> list[Note]:
    """What does not fit between a text's words, the language that it is said to be in, and the targets."""
    text = without_marks("\n".join(words))
    found = language_of(text)
    notes: list[Note] = []
    if said is not None and (other := other_language(text, said)) is not None:
        looks = f"is in {other}" if other == "another script" else f"looks like {other!r}"
        message = f"source_language is {said!r}, but the text {looks}; it is translated as it was said"
        notes.append(Note(code="other_source_language", message=message))
    same = [target for target in targets if found is not None and main_language(target) == found]
    if same and said is None:
        message = f"the text looks like {found!r} already, which it is to be translated into: {same[0]!r}"
        notes.append(Note(code="already_in_target", message=message))
    warn(notes)
    return notes


def target_notes(answers: Sequence[BatchAnswer], targets: Mapping[str, object]) -> list[Note]:
    """Targets whose translation, taken as a whole, is in another language."""
    notes: list[Note] = []
    for target in targets:
        text = without_marks("\n".join(translations_of(answers, target).values()))
        if (other := other_language(text, target)) is not None:
            looks = f"is in {other}" if other == "another script" else f"looks like {other!r}"
            message = f"the translation into {target!r} {looks}; see whether the model knows this language"
            notes.append(Note(code="other_target_language", message=message))
    warn(notes)
    return notes
