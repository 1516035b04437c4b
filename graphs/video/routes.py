"""Where the video graph goes next."""

from graphs.video.state import State


def to_words(state: State) -> str:
    """To where the words come from."""
    source = state["words"]["source"]
    return {"speech": "hear", "picture": "read_picture", "file": "load_words"}.get(source, "find_places")


def after_words(state: State) -> str:
    """To a person where one is to look."""
    return "show_words" if "words" in state["given"]["options"]["review"] else "keep_words"


def after_review_of_words(state: State) -> str:
    """Again, where the answer cannot be used or wants a cue again; else on."""
    if state["problems"]:
        return "review_words"
    if state["again"]:
        return "hear_again" if state["words"]["source"] == "speech" else "read_again"
    return "keep_words"


def after_keeping_words(state: State) -> list[str]:
    """To translation, where there are targets."""
    return ["translate"] if state["given"]["target_languages"] else to_telling(state)


def after_translation(state: State) -> str:
    """To a person where one is to look."""
    return (
        "show_translations" if "translations" in state["given"]["options"]["review"] else "keep_translations"
    )


def after_review_of_translations(state: State) -> str:
    """Again, where the answer cannot be used or wants a cue again; else on."""
    if state["problems"]:
        return "review_translations"
    return "translate_again" if state["again_by_target"] else "keep_translations"


def to_telling(state: State) -> list[str]:
    """To what is to be said of the words; else to the picture."""
    given = state["given"]
    wanted = [("label_emotions", given["label_emotions"]), ("write_recap", given["write_recap"])]
    return [node for node, is_wanted in wanted if is_wanted] or [to_places(state)]


def to_places(state: State) -> str:
    """To the picture, where something is to be erased from it and nobody has looked yet."""
    is_wanted = state["given"]["erase"] is not None
    has_regions = is_wanted and state["given"]["erase"]["regions"]
    return "find_places" if is_wanted and (state["places"] is None or has_regions) else "plan_films"


def to_film(state: State) -> str:
    """To the next film, until all are made."""
    return "make_film" if state["films"] else "finish"
