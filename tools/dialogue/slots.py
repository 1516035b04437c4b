"""Which replies are wanted: diverse by intent, or all of them what the user wants to say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.dialogue.drafts import Intent, Manner, Slot

_DIVERSE: Sequence[Sequence[Intent]] = (
    ("answer",),
    ("agree", "decline"),
    ("agree", "decline", "ask"),
    ("agree", "decline", "ask", "wait"),
    ("agree", "decline", "ask", "wait", "answer"),
)  # by the number of replies
_MANNERS: Sequence[Manner] = ("plain", "brief", "polite", "warm", "firm")

_INTENT_CHIPS: Mapping[str, Intent] = {
    **dict.fromkeys(("agree", "yes", "同意", "赞同", "好", "是"), "agree"),
    **dict.fromkeys(("decline", "disagree", "no", "不同意", "反对", "拒绝", "不"), "decline"),
    **dict.fromkeys(("ask", "question", "confused", "提问", "疑问", "反问", "困惑"), "ask"),
    **dict.fromkeys(("wait", "稍等", "等一下", "再想想"), "wait"),
    **dict.fromkeys(("answer", "回答"), "answer"),
}
_MANNER_CHIPS: Mapping[str, Manner] = {
    **dict.fromkeys(("plain", "直接"), "plain"),
    **dict.fromkeys(("brief", "shorter", "简短", "短一点"), "brief"),
    **dict.fromkeys(("polite", "politer", "礼貌", "客气"), "polite"),
    **dict.fromkeys(("warm", "warmer", "温和", "亲切"), "warm"),
    **dict.fromkeys(("firm", "firmer", "坚定", "坚决"), "firm"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user's chips say of the replies."""

    intents: tuple[Intent, ...]
    manners: tuple[Manner, ...]
    words: tuple[str, ...]  #: Chips of neither kind: what the replies are about.


def read_chips(chips: Sequence[str]) -> Wishes:
    """Tell chips that name an intent or a manner from all others."""
    intents: dict[Intent, None] = {}
    manners: dict[Manner, None] = {}
    words: list[str] = []
    for chip in chips:
        name = chip.strip().casefold()
        if name in _INTENT_CHIPS:
            intents[_INTENT_CHIPS[name]] = None
        elif name in _MANNER_CHIPS:
            manners[_MANNER_CHIPS[name]] = None
        else:
            words.append(chip)
    return Wishes(intents=tuple(intents), manners=tuple(manners), words=tuple(words))


def plan_slots(count: int, wishes: Wishes, *, has_own_words: bool) -> list[Slot]:
    """As many slots as are wanted.

    Args:
        count: 1 to 5.
        wishes: Of the user's chips.
        has_own_words: The user has said what to say; every reply then says that.
    """
    intents: Sequence[Intent] = wishes.intents or (("own",) if has_own_words else _DIVERSE[count - 1])
    is_diverse = len(set(intents)) >= count
    manners: Sequence[Manner] = wishes.manners or (("plain",) if is_diverse else _MANNERS)
    return [
        Slot(id=str(n + 1), intent=intents[n % len(intents)], manner=manners[n % len(manners)])
        for n in range(count)
    ]
