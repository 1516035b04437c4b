"""Counting where a string stands: only a person speaks, nods, is called, or has a mother."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tools.novels.chinese.lexicon import PERSON_NOUNS, SPEECH_VERBS
from tools.novels.chinese.name_lexicon import SURNAMES, TITLES, TRANSLITERATION
from tools.novels.chinese.word_lists import alternatives

_HAN = "\u4e00-\u9fff"
_PUNCTUATION = "，。！？；：、“”「」『』‘’…—,!?;:（）()《》\\s\u3000"
# Where a name may begin: after punctuation, and after the words that often stand before a subject.
_CONNECTIVE = (
    "但是?|可是?|而|于是|这时候?|此时|然后|接着|只见|当|等|等到|因为|所以|如果|就是|正是|还是|连|让|叫|对|向|跟|和|与|给|被|把"
    "|听见?|看见|看着|问|告诉|请|其实|原来|果然|忽然|突然|后来|不过|只有|现在|今天|昨天"
)
_START = re.compile(rf"(?:\A|(?<=[{_PUNCTUATION}]))(?:{_CONNECTIVE}){{0,2}}(?=[{_HAN}]{{2}})")
_BEFORE_PERSON = re.compile(rf"(?:[和跟与同对向给]|{alternatives(PERSON_NOUNS)})(?=[{_HAN}]{{2}})")
_ADVERB = (
    rf"(?:[{_HAN}]{{0,4}}?[着地]|[{_HAN}]声|一边|一面"
    "|[忙笑哭又也便就却才还都急冷怒叹苦大低高轻小连答回喊喝]{1,2})"
)
_SPEECH = re.compile(
    rf"(?:{_ADVERB}){{0,2}}(?:{alternatives(SPEECH_VERBS)})(?![的法服不是题])|[又便就笑忙]?道[：:，,“「]"
)
_ACT = re.compile(
    rf"(?:{_ADVERB}|连忙|赶忙|赶紧|急忙|慌忙|忽然|突然|终于|已经|仍然|只好|不由|心里|自己|一下子|猛地)?"
    "(?:看[着了到见看]|望[着了望]|听[了着到]|想[了着到]|走[了进到过上出来]|站[了起在住]|坐[了在下到起]|笑[了着起]|哭[了着起]"
    "|点(?:了?点|着)?头|摇(?:了?摇|着)?头|抬[起头]|低[下着]?头|睡[着了]|觉得|知道|心里|感到|发现|明白|决定|愣[了住]|皱[了起着]|叹[了着]"
    "|瞪[了着大]|沉默|犹豫|不知|没有说|没说|不说话|脸[上色红]|眼[睛里圈]|手里|吓[了得]|气[得呼]|慌|赶[紧忙快]|回过|转[过身]|躺[在下着]"
    "|[把跑拿伸递放端推拉抓扔盯眨喘咳擦抹掏指挥摆拍踢踩蹲靠躲冲扑追逃退迎弯仰俯缩耸搓挠捂揉抱握接咬咧撇嘴])"
)
_OWN = re.compile(
    r"的(?:脸|眼|手|声音|心|话|母亲|父亲|妻子|丈夫|爸|妈|娘|头|嘴|脚|泪|肩|背|名字|儿子|女儿|哥|弟|姐|妹|家)|家[里的]"
)
_BEGINS = re.compile(rf"(?:[{_PUNCTUATION}]|{_CONNECTIVE})$")
_CALL_BEGIN = frozenset("，。！？…“「『、,!?")
_HAN_ONLY = re.compile(f"[{_HAN}]+")
_CALL_END = re.compile("[，。！？…—”」』,!?]")
_INTRODUCTION = re.compile(
    rf"(?:名叫|名字叫|叫做|叫作|[他她我]叫|外号|绰号|我是|这是|[这那]位是)(?=[{_HAN}]{{2}})"
)
_FOREIGN = re.compile(f"[{''.join(sorted(TRANSLITERATION))}]{{2,7}}")


@dataclass(slots=True)
class Context:
    """How often a string stands in places that show what it is."""

    starts: int = 0  #: Clauses that begin with it; counted for strings that begin like a surname.
    says: int = 0
    acts: int = 0
    owns: int = 0
    called: int = 0
    introduced: int = 0

    @property
    def personal(self) -> int:
        """Weight of the places where only a person can stand."""
        return 2 * self.says + self.acts + self.owns + 2 * self.introduced


def count_contexts(text: str) -> dict[str, Context]:
    """The strings of two to four characters, foreign ones to seven, that may be names."""
    contexts: defaultdict[str, Context] = defaultdict(Context)
    for start in _clause_starts(text):
        for end in _ends(text, start):
            _count(text, start, end, contexts, is_start=True)
    for match in _BEFORE_PERSON.finditer(text):
        for end in _ends(text, match.end()):
            _count(text, match.end(), end, contexts, is_start=False)
    for match in _INTRODUCTION.finditer(text):
        for end in _ends(text, match.end()):
            word = text[match.end() : end]
            if _HAN_ONLY.fullmatch(word) and _CALL_END.match(text, end):
                contexts[word].introduced += 1
    return dict(contexts)


def _clause_starts(text: str) -> Iterator[int]:
    for match in _START.finditer(text):
        yield match.end()
        if match.end() > match.start():
            yield match.start()


def _ends(text: str, start: int) -> Iterator[int]:
    yield from range(start + 2, min(start + 4, len(text)) + 1)
    foreign = _FOREIGN.match(text, start)
    if foreign is not None and foreign.end() > start + 4:
        yield foreign.end()


def _count(text: str, start: int, end: int, contexts: defaultdict[str, Context], *, is_start: bool) -> None:
    word = text[start:end]
    if _HAN_ONLY.fullmatch(word) is None:
        return
    says = _SPEECH.match(text, end) is not None
    acts = not says and _ACT.match(text, end) is not None
    owns = not says and not acts and _OWN.match(text, end) is not None
    called = is_start and _CALL_END.match(text, end) is not None and text[start - 1 : start] != "、"
    counts_start = word[0] in SURNAMES and (is_start or word[1:] in TITLES)
    if says or acts or owns or called or counts_start:
        context = contexts[word]
        context.starts += counts_start
        context.says += says
        context.acts += acts
        context.owns += owns
        context.called += called


def is_personal(text: str, start: int, end: int) -> bool:
    """Whether a person, rather than an ordinary word, stands at ``text[start:end]``."""
    begins = _BEGINS.search(text, max(0, start - 3), start) is not None or start == 0
    if _CALL_END.match(text, end):
        return begins and text[start - 1 : start] in _CALL_BEGIN
    return begins and any(pattern.match(text, end) for pattern in (_SPEECH, _ACT, _OWN))
