"""Models that play the writer of replies: one that does everything right, and one that does not.

Both see what a request holds and nothing else, but that the second also knows the situation, to sin against
it. Every text that they write is noted down with what is wrong with it, which is the gold to judge by.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evals.dialogue_situations import Language, Situation

Draft = dict[str, Any]

_GOOD: Mapping[Language, Mapping[str, Sequence[str]]] = {
    "en": {
        "agree": (
            "Yes, gladly.",
            "That suits me well.",
            "Fine with me, thank you.",
            "Sounds good, go ahead.",
            "Of course, why not.",
        ),
        "decline": (
            "No, better not.",
            "I'd rather not, sorry.",
            "Not this time, thank you.",
            "That won't do for me.",
            "Please leave it for now.",
        ),
        "ask": (
            "What would that mean for me?",
            "How long does it take?",
            "Who else knows about it?",
            "Is there any other way?",
            "Why do you suggest this?",
        ),
        "wait": (
            "Give me a minute to think.",
            "I can't say yet.",
            "Let us come back to it later.",
            "Hold on, I'm still deciding.",
            "Could we talk again tomorrow?",
        ),
        "answer": (
            "It is about the same as before.",
            "Somewhere in between, really.",
            "Whatever is easier today.",
            "Mostly in the mornings.",
            "I hardly noticed any of it.",
        ),
        "own": (
            "I'm tired and want to go home.",
            "Honestly, I don't know.",
            "Thanks, maybe another day.",
            "My bed is calling me.",
            "Enough for today, please.",
        ),
    },
    "zh": {
        "agree": ("好啊，就这样。", "我没有意见。", "可以，听您的安排。", "行，那就辛苦了。", "当然愿意。"),
        "decline": (
            "还是算了吧。",
            "这次我不想去了。",
            "抱歉，不太方便。",
            "我不需要这个，谢谢。",
            "恐怕不行。",
        ),
        "ask": (
            "大概要多长时间？",
            "还有别的办法吗？",
            "为什么这样建议呢？",
            "另外一种会更好吗？",
            "什么时候开始？",
        ),
        "wait": (
            "让我再想一想。",
            "我现在还说不准。",
            "过一会儿再告诉你。",
            "先别急着定下来。",
            "明天答复可以吗？",
        ),
        "answer": (
            "和以前差不多。",
            "说不上好，也说不上坏。",
            "怎么方便怎么来。",
            "主要是早上那一阵。",
            "我几乎没有感觉。",
        ),
        "own": (
            "我累了，想先回家。",
            "这个我真的不知道。",
            "谢谢，改天再说吧。",
            "今天就到这里好吗？",
            "身体有点撑不住了。",
        ),
    },
}
_CHANCES = (0.45, 0.2, 0.0)  # of a sin, by how often the slot was asked for before
_STUBBORN = 0.03  # of slots, in which every draft sins


class Writer:
    """Writes what is wanted, and does everything right."""

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}  #: What is wrong with a text, by the text.
        self.written: set[str] = set()
        self.told: list[Mapping[str, Any]] = []  #: Every question.

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        """The answer to one question."""
        self.told.append(data)
        taken = {*data["written"], *data["offered"]}
        drafts: list[dict[str, Any]] = []
        for slot in data["wanted"]:
            text = self._good(data, slot["intent"], taken)
            taken.add(text)
            drafts.append(self._draft(data, slot, text))
        self.written.update(draft["text"] for draft in drafts)
        return {"replies": drafts}

    def _good(self, data: Mapping[str, Any], intent: str, taken: set[str]) -> str:
        texts = _GOOD[data["language"]][intent]
        return next(text for text in texts if text not in taken)

    def _draft(self, data: Mapping[str, Any], slot: Mapping[str, Any], text: str) -> dict[str, Any]:
        return {"id": slot["id"], "intent": slot["intent"], "speaker": "me", "crosses": [], "text": text}


class Sinner(Writer):
    """Sins, most often once, sometimes without end."""

    def __init__(self, situations: Sequence[Situation], seed: int) -> None:
        super().__init__()
        self._situations = {f"s{situation.number}": situation for situation in situations}
        self._seed = seed
        self.sins: dict[str, int] = {}  #: How often each was committed.

    def _draft(self, data: Mapping[str, Any], slot: Mapping[str, Any], text: str) -> dict[str, Any]:
        draft = super()._draft(data, slot, text)
        situation = self._situations[data["answer_to"]]
        place = f"{self._seed}:{situation.number}:{slot['id']}"
        tries = sum(rejected["id"] == slot["id"] for rejected in data["rejected"])
        tries += bool(data["written"]) or bool(data["rejected"])
        stubborn = random.Random(place).random() < _STUBBORN  # noqa: S311 - repeatable, not secret
        draw = random.Random(f"{place}:{tries}")  # noqa: S311
        if not stubborn and draw.random() >= _CHANCES[min(tries, len(_CHANCES) - 1)]:
            return draft
        sin = draw.choice(KINDS)
        self.sins[sin] = self.sins.get(sin, 0) + 1
        return self._commit(sin, draft, situation, draw)

    def _commit(self, sin: str, draft: dict[str, Any], s: Situation, draw: random.Random) -> dict[str, Any]:
        if sin == "unknown id":
            return {**draft, "id": f"9{draft['id']}"}
        changes = _SINS[sin](draft, s, draw)
        self.wrong[changes.get("text", draft["text"])] = sin
        return {**draft, **changes}


def _in(s: Situation, zh: str, en: str) -> str:
    return zh if s.language == "zh" else en


def _taboo(_: Draft, s: Situation, draw: random.Random) -> Draft:
    word = draw.choice(s.taboos)
    forms = {"zh": [word, f"{word[0]} {word[1:]}"], "en": [word, word.upper(), f"{word}s"]}
    form = draw.choice(forms[s.language])
    return {"text": _in(s, f"我不想谈{form}的事。", f"Let's not mention {form}.")}


def _red_line(_: Draft, s: Situation, draw: random.Random) -> Draft:
    word = draw.choice(s.red_line["words"])
    return {"text": _in(s, f"好的，{word}没有问题。", f"Sure, about the {word}: no problem.")}


def _named(draft: Draft, s: Situation, _: random.Random) -> Draft:
    text = draft["text"]
    return {"text": _in(s, f"{s.my_name}，{text}", f"{s.my_name}, {text[0].lower()}{text[1:]}")}


def _introduced(_: Draft, s: Situation, __: random.Random) -> Draft:
    return {"text": _in(s, f"我是{s.partner_name}，请坐。", f"I'm {s.partner_name}, take a seat.")}


def _declared(draft: Draft, s: Situation, _: random.Random) -> Draft:
    return {"text": draft["text"] + _in(s, "你说呢", " Right?"), "speaker": "partner"}


def _crossing(draft: Draft, s: Situation, _: random.Random) -> Draft:
    return {"text": draft["text"] + _in(s, "都怪家里", " Blame them"), "crosses": ["r1"]}


def _labelled(draft: Draft, s: Situation, draw: random.Random) -> Draft:
    text = draft["text"]
    return {"text": draw.choice((f"1. {text}", f"{_in(s, '我', 'Me')}: {text}", f"{text}\n{text}"))}


def _long(draft: Draft, s: Situation, _: random.Random) -> Draft:
    return {"text": _in(s, "", " ").join([draft["text"]] * 20)}


def _other_intent(draft: Draft, s: Situation, _: random.Random) -> Draft:
    intent = "ask" if draft["intent"] != "ask" else "agree"
    return {"text": _in(s, f"{draft['text']}呀", f"Well: {draft['text']}"), "intent": intent}


_SINS: Mapping[str, Callable[[Draft, Situation, random.Random], Draft]] = {
    "taboo": _taboo,
    "red line": _red_line,
    "partner named": _named,
    "partner introduced": _introduced,
    "partner's words": lambda _, s, draw: {"text": draw.choice(s.place.partner_only)},
    "echo": lambda _, s, __: {"text": s.line},
    "partner declared": _declared,
    "crossing declared": _crossing,
    "labelled": _labelled,
    "long": _long,
    "foreign": lambda _, s, __: {"text": _in(s, "That would be quite all right.", "这样也挺好的。")},
    "other intent": _other_intent,
}
KINDS = (*_SINS, "unknown id")  #: Of sins.
