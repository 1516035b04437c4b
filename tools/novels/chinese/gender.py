"""The gender of a person, from titles, from the pronouns that follow, and from the given name."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tools.novels.chinese.name_parts import NameParts
from tools.novels.chinese.word_lists import letters
from tools.novels.types import Gender, Mention, Span

_PRONOUN = re.compile(
    "(?<=[，。！？；…\n])[他她](?!们)"
)  # the subject of a clause that goes on about the person
_REACH = 40  # characters after a name in which a pronoun probably means the same person
_LETTER_VOTES = 3  # a letter that only women or only men are given counts like so many pronouns
_FEMALE_LETTERS = frozenset(
    "花兰芳霞娟秀丽燕娥莲梅翠莉婷香玲凤珍淑琴妮娜媛婉嫣妍姗娇娴婵黛钗鹃莺雯倩蓉芬芸苹萍蕾薇瑶琳珊娅嫂妹"
)
_MALE_LETTERS = letters("军强福刚勇虎龙柱富国武彪雄豪杰栋梁铁钢锁栓根厚堂贵财旺祥魁奎涛伟峰")


def count_pronouns(
    text: str, spans: Sequence[Span], mentions: Sequence[Mention]
) -> dict[str, Counter[Gender]]:
    """How often each surface form is followed by 他 or 她 before anybody else is named."""
    votes: defaultdict[str, Counter[Gender]] = defaultdict(Counter)
    starts = [span.start for span in spans]
    for index, mention in enumerate(mentions):
        span = spans[bisect_right(starts, mention.start) - 1]
        following = mentions[index + 1].start if index + 1 < len(mentions) else len(text)
        end = min(span.end, following, mention.end + _REACH)
        pronoun = None if span.is_quotation else _PRONOUN.search(text, mention.end, end)
        if pronoun is not None:
            votes[mention.surface]["female" if pronoun.group() == "她" else "male"] += 1
    return dict(votes)


def judge_gender(
    names: Iterable[NameParts], votes: Mapping[str, Counter[Gender]], told: Mapping[str, Gender]
) -> Gender:
    """The gender of the person with these names; what an editor or model told counts most."""
    names = list(names)
    for name in names:
        if told.get(name.word, "unknown") != "unknown":
            return told[name.word]
    titles: set[Gender] = {name.gender for name in names if name.gender != "unknown"}
    if len(titles) == 1:
        return titles.pop()
    return _by_votes(names, votes)


def _by_votes(names: Iterable[NameParts], votes: Mapping[str, Counter[Gender]]) -> Gender:
    counted: Counter[Gender] = Counter()
    for name in names:
        counted.update(votes.get(name.word, {}))
    for letter in {letter for name in names for letter in name.given}:
        counted["female"] += _LETTER_VOTES * (letter in _FEMALE_LETTERS)
        counted["male"] += _LETTER_VOTES * (letter in _MALE_LETTERS)
    male, female = counted["male"], counted["female"]
    if max(male, female) < 2 or max(male, female) < 0.55 * (male + female):
        return "unknown"
    return "male" if male > female else "female"
