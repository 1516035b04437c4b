"""What reading a novel with a model takes at least."""

from graphs.characters.state import Language, Options
from graphs.characters.windows import NAME_WINDOWS, SPEAKER_WINDOWS, cut
from prompts import PROMPTS
from tools.llm.usage import Usage

CHARACTERS_PER_TOKEN = {"en": 4.0, "zh": 1.5}


def least_usage(text: str, language: Language, options: Options) -> Usage:
    """The calls of all windows, and the tokens that they send: each once, without answers and repairs."""
    passes = [("names", NAME_WINDOWS[language])]
    if options.enable_dialogue:
        passes.append(("speakers", SPEAKER_WINDOWS[language]))
    calls = characters = 0
    for name, size in passes:
        windows = cut(text, size)
        prompt = len(PROMPTS[f"characters/{name}.{language}"].text)
        calls += len(windows)
        characters += sum(window.end - window.start + prompt for window in windows)
    return Usage(calls=calls, input_tokens=int(characters / CHARACTERS_PER_TOKEN[language]))
