"""Whether a reply is the user's, or what the partner would say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.dialogue.wording import bare, distance, folded

_ECHO = 0.2  # distance below which a reply repeats a line
_OPENING = r"(?:^|[,，。.!！?？;；~～])\s*"
_GREETING = r"(?:(?:hi|hello|hey|dear|well|so|你好|喂|嗨)[\s,，]*)?"
_LEAST_ECHOED = 6  # letters; shorter lines are repeated by chance ("Good morning")

# What only somebody in this position says to somebody who is not.
_SAYINGS: Mapping[str, Sequence[str]] = {
    "doctor": (
        r"给(?:你|您)开",
        r"我(?:先|来)?(?:帮|给|替)(?:你|您)(?:检查|看看|做个检查)",
        r"(?:你|您)(?:的|这个)病情",
        r"(?:你|您)\S{0,3}按时(?:吃药|服药)|^(?:请|记得)按时",
        r"(?:i'?ll|i will|let me|i'?m going to) (?:prescribe|examine|check your)",
        r"^(?:please )?take this medicine",
        r"\byour symptoms",
    ),
    "nurse": (
        r"我(?:来|先)?(?:帮|给)(?:你|您)(?:打针|量|换药|抽血)",
        r"(?:i'?ll|let me) (?:take|check) your (?:temperature|blood)",
    ),
    "clerk": (
        r"欢迎光临",
        r"(?:你|您)(?:想|要)(?:买|点)点?什么",
        r"[收找](?:你|您)\S{0,6}[元块]",
        r"\b(?:may|can) i help you",
        r"\bthat(?:'ll| will) be \S+ (?:dollars|yuan|pounds)",
        r"\bhere is your change",
    ),
    "waiter": (
        r"欢迎光临",
        r"(?:你|您)(?:想|要)(?:吃|喝|点)点?什么",
        r"\b(?:may|can) i take your order",
        r"\byour table is ready",
    ),
    "teacher": (r"(?:你们?|您|同学们?)的?作业", r"翻到第", r"\byour homework", r"\bopen your books"),
    "boss": (r"(?:你|您)(?:必须|要)?(?:今晚|今天)?加班", r"把报告[交发]给我", r"\bsend me your report"),
    "police": (r"出示(?:你|您)?的?(?:证件|驾照|身份证)", r"\bshow me your (?:license|id|passport)"),
}
_POSITIONS: Mapping[str, str] = {
    **dict.fromkeys(("doctor", "医生", "大夫"), "doctor"),
    **dict.fromkeys(("nurse", "护士"), "nurse"),
    **dict.fromkeys(("clerk", "shop assistant", "cashier", "店员", "售货员", "收银员"), "clerk"),
    **dict.fromkeys(("waiter", "waitress", "服务员"), "waiter"),
    **dict.fromkeys(("teacher", "老师"), "teacher"),
    **dict.fromkeys(("boss", "manager", "老板", "经理", "领导"), "boss"),
    **dict.fromkeys(("police", "police officer", "警察"), "police"),
}
# Positions in which both may be, so that they tell nobody apart.
_MUTUAL = frozenset(
    ("friend", "colleague", "classmate", "neighbour", "neighbor", "family", "relative", "spouse", "other")
).union(("朋友", "同事", "同学", "邻居", "家人", "亲戚", "其他"))
_LINES = 3  # of the partner's, that replies are held against


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who talks with whom."""

    my_names: tuple[str, ...] = ()  #: Names and titles by which the user is addressed, such as "son".
    partner_names: tuple[str, ...] = ()
    partner_positions: tuple[str, ...] = ()  #: Such as "doctor".
    partner_lines: tuple[str, ...] = ()  #: The last ones.


def parties(
    *,
    my_name: str | None,
    my_positions: Sequence[str],
    partner_name: str | None,
    partner_positions: Sequence[str],
    partner_lines: Sequence[str],
) -> Parties:
    """Who talks with whom, without names and positions that fit both."""
    mine = {name for name in (my_name, *my_positions) if name and not _is_mutual(name)}
    theirs = {name for name in partner_positions if not _is_mutual(name)}
    names = {partner_name} if partner_name else set[str]()
    return Parties(
        my_names=tuple(sorted(mine - theirs - names)),
        partner_names=tuple(sorted(names - mine)),
        partner_positions=tuple(sorted(theirs - mine)),
        partner_lines=tuple(partner_lines[-_LINES:]),
    )


def _is_mutual(name: str) -> bool:
    return folded(name).strip() in _MUTUAL


def partner_signs(text: str, parties: Parties) -> list[str]:
    """Signs that the partner speaks here, each as a sentence; none for a reply that may be the user's."""
    plain = folded(text).replace("’", "'")
    signs = [f"it addresses the user as {name!r}" for name in parties.my_names if _addresses(plain, name)]
    introduced = (*parties.partner_names, *parties.partner_positions)
    signs += [f"it speaks as {name!r}" for name in introduced if _speaks_as(plain, name)]
    signs += [
        f"it repeats the partner's line {line!r}" for line in parties.partner_lines if _echoes(text, line)
    ]
    for position in _positions(parties.partner_positions) - _positions(parties.my_names):
        if any(re.search(saying, plain) for saying in _SAYINGS[position]):
            signs.append(f"it is what a {position} says")
    return signs


def _positions(names: Sequence[str]) -> set[str]:
    return {_POSITIONS[name] for name in (folded(name).strip() for name in names) if name in _POSITIONS}


def _addresses(plain: str, name: str) -> bool:
    """Whether a text calls somebody: by a name that commas or ends of sentences set off."""
    called = re.escape(folded(name))
    front = rf"{_OPENING}{_GREETING}{called}\s*[,，!！?？:：~～]"
    back = rf"[,，]\s*{called}\s*[.。!！?？~～]*\s*$"
    return re.search(front, plain) is not None or re.search(back, plain) is not None


def _speaks_as(plain: str, name: str) -> bool:
    called = re.escape(folded(name))
    english = rf"(?:\bi am|\bi'm|\bthis is|\bas)\s+(?:your |the |a |dr\.? )?{called}\b(?!')"
    chinese = rf"(?:我(?:就)?是|作为)(?:你的?|您的?|一名)?{called}(?!的)"
    return re.search(english, plain) is not None or re.search(chinese, plain) is not None


def _echoes(text: str, line: str) -> bool:
    return len(bare(line)) >= _LEAST_ECHOED and distance(text, line) < _ECHO
