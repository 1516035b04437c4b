"""What a sentence denies, by what is meant: "cannot tolerate" and "intolerant" are one denial.

A hard denial has to have its counterpart in the other text. A soft word ("persists", "failure", 「困难」) may
be put in plain words with a denial ("does not go away", "does not work well"), and need not be.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tools.medical.bounds import without_bounds
from tools.text.language import Language

DIRECTIVE = "directive"  #: What must not be done.


@dataclass(frozen=True, slots=True)
class Denials:
    """The denials of one sentence, by kind."""

    hard: Counter[str]
    soft: Counter[str]


@lru_cache(maxsize=2048)  # the gates read each passage once for each sentence, draft and round
def find_denials(sentence: str, language: Language) -> Denials:
    """Every denial of ``sentence``.

    What a condition denies ("who do not use", "if you cannot") forbids nothing, and is counted as a denial of
    its own beside a prohibition in the main clause.
    """
    text = _blanked(_NO_DENIAL, without_bounds(_blanked(_LIMIT, sentence)))
    hard, soft = Counter[str](), Counter[str](bound=len(_LIMIT.findall(sentence)))
    conditions = " ".join(found[0] for found in _CONDITION[language].finditer(text))
    for part, may_forbid in ((_blanked(_CONDITION[language], text), True), (conditions, False)):
        for kind, pattern, is_hard in _KINDS[language]:
            if kind == DIRECTIVE and not may_forbid:
                continue
            part, count = pattern.subn(lambda found: "_" * len(found[0]), part)
            if count:
                (hard if is_hard else soft)[kind] += count
    return Denials(hard=+hard, soft=soft)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: "_" * len(found[0]), text)


def differ(sentence: Denials, source: Denials) -> tuple[bool, bool]:
    """Whether ``sentence`` denies what ``source`` does not, and whether it affirms what that denies.

    Denials of one kind answer each other; those that are left may be two wordings of one, and pair off.
    """
    said, meant = sentence.hard - source.hard, source.hard - sentence.hard
    for kind in _SAID_AGAIN:
        if source.hard[kind]:
            del said[kind]
    theirs, ours = source.soft - sentence.soft, sentence.soft - source.soft
    said, meant = _without_answered(said, theirs, _TOLD), _without_answered(meant, ours, _TOLD)
    pairs = min(said.total(), meant.total())
    left = _without_answered(said, theirs).total() - pairs
    missing = _without_answered(meant, ours).total() - pairs
    return left > 0, missing > 0 or _untold(sentence, source)


def _without_answered(hard: Counter[str], soft: Counter[str], kinds: Sequence[str] = ()) -> Counter[str]:
    """The denials of one text that no soft word of the other, of ``kinds`` if given, stands for."""
    spare, rest = Counter({kind: soft[kind] for kind in kinds or soft}), Counter[str]()
    for kind in hard.elements():
        answer = next((one for one in +spare if kind in _ANSWERS.get(one, _DESCRIBING)), None)
        if answer:
            spare[answer] -= 1
        else:
            rest[kind] += 1
    return rest


def _untold(sentence: Denials, source: Denials) -> bool:
    """Whether the source says that something is hard, lost or left aside, and the sentence does not."""
    theirs, ours = source.soft - sentence.soft, sentence.soft - source.soft
    denials = (sentence.hard - source.hard).total()
    plainly = sum(theirs[kind] for kind in _TOLD_BY_DENIALS)
    return plainly > denials or sum(theirs[kind] for kind in _TOLD) > denials + ours.total()


_DESCRIBING = frozenset(
    (
        *("tolerance", "control", "treatment", "smoking", "proof", "vaccination", "certainty", "enough"),
        *("response", "able", "presence", "end", "other"),
    )
)
# Which denials a soft word may stand for, where not for all that describe.
_ANSWERS: Mapping[str, frozenset[str]] = {
    "bound": frozenset((DIRECTIVE, "able", "other")),
    "limiting": frozenset((DIRECTIVE, "exception", "presence")),
    "omission": frozenset((DIRECTIVE, "presence")),
    "stopping": frozenset((DIRECTIVE, "response", "end", "other")),
    "compounds": _DESCRIBING | {DIRECTIVE},
    "continuing": _DESCRIBING | {DIRECTIVE},
    "difficulty": frozenset(("able",)),
    "senses": frozenset(("able", "end", "other")),
    "consulting": frozenset(("presence", "other")),
    "ending": frozenset(("presence", "end")),
    "缓解": frozenset(("presence", "end")),
    "愈": frozenset(("presence", "end")),
    "困难": frozenset(("able",)),
    "停": frozenset((DIRECTIVE,)),
    "戒": frozenset((DIRECTIVE,)),
    "忌": frozenset((DIRECTIVE, "other")),
    "限": frozenset((DIRECTIVE, "other")),
    "choice": frozenset((DIRECTIVE, "other")),
    "而不是": frozenset((DIRECTIVE, "other")),
}


# What may be said twice in other words: "is not right for you: do not take it".
_SAID_AGAIN = (DIRECTIVE, "response")
# What sentences that leave it out turn round; the former may be told by a denial alone.
_TOLD_BY_DENIALS = ("choice", "consulting", "prefixes", "compounds", "harmless", "自行", "非", "而不是")
_TOLD = (*_TOLD_BY_DENIALS, "difficulty", "failing", "senses", "困难", "丧失", "不全")


# "No more than 4 weeks" may be said as "do not use it for longer".
_LIMIT = re.compile(
    r"\b(?:no\s+(?:more|longer|later)\s+than|not\s+exceed\w*|at\s+most|up\s+to|within)\b"
    r"|\b(?:do|should|must|can)\s*(?:not|n['’]t)\b[^.,;]{0,30}?\b(?:longer|more)\s+than\b"
    "|(?:不(?:应该?|能|得|要|可以?|宜)?|别|勿)[^，。；不]{0,8}?(?:超过|多于|长于|超出|以上)|最多|至多|以内",
    re.IGNORECASE,
)
Kind = tuple[str, re.Pattern[str], bool]


def _kinds(*kinds: tuple[str, str, bool]) -> Sequence[Kind]:
    return [(name, re.compile(pattern, re.IGNORECASE), is_hard) for name, pattern, is_hard in kinds]


_NOT = r"(?:not|n['’]t|never)"
_MODAL = r"(?:should|must|ought|may|might|needs?|can|cannot|can['’]t)"
_MAIN = (
    rf"(?:\b(?:you|they|we)\s+)?(?<!and )(?<!or )(?<!who )(?<!also )\b{_MODAL}\b"
    r"|\b(?:is|are)\s+(?:not\s+)?(?:recommended|suggested|contraindicated|advised)\b"
)
# A condition, up to a mark or to what looks like the main clause's verb.
_CONDITION: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:if|unless|when|whenever|while|until|because|since|as\s+long\s+as|although|though|whether|in\s+case|once|who|whose|which"
        r"|that(?=\s+(?:is|are|was|were|has|have|do|does|can|cannot|could|fail|remain)))\b"
        rf"(?:\s+(?:you|they|he|she|it|there))?(?:\s+{_MODAL}\b)?(?:(?!{_MAIN})[^.,;:!?])*",
        re.IGNORECASE,
    ),
    "zh": re.compile("(?:如果|若是?|假如|一旦|除非|当)[^，。；]*"),
}
_NO_DENIAL = re.compile(
    r"\b(?:kidneys?|hearts?|livers?)\s+(?:(?:have|has|had|is|are)\s+)?fail\w*|\b(?:do\s+not|don['’]t|never)\s+(?:wait|delay|hesitate)\b|\bwithout\s+delay\b|"
    # Both arms of a comparison.
    r"\bwithout\s+(?:an?\s+|the\s+)?(?P<arm>\w+)\b(?=.*\bwith\s+(?:an?\s+|the\s+)?(?P=arm)\b)|"
    r"(?<=\bwith )(?P<other>\w+)\b[^_]*\bwithout\s+(?P=other)\b|"
    r"\b(?:not\s+only|not\s+even|whether\s+or\s+not|if\s+not|not\s+to\s+mention|no\s+matter|no\.?\s+\d|nothing\s+but)\b"
    r"|\b(?:acts?|protect\w*|vaccin\w*|immun\w*|works?|medicines?|drugs?|allerg\w+|treatments?|shots?|effective|pills?)\s+against\b"
    "|(?<!没)有[^，。；没无]{0,6}禁忌[证症]?|(?P<asked>[要是能会该用有可])[不没](?P=asked)|需不需要|一刻[也都]?不[^，。；]{0,3}[等拖]|不[要能](?:再)?(?:等待?|拖延?|犹豫|耽误|耽搁)|不(?:再)?(?:仅|断|但|过(?!气)|少(?!于)|久|妨|安)|静不下[心来]|坐不住|不管(?!用)|不得不|无论|无菌|非常|非(?=甾体|处方|酒精|典型|特异|小细胞|霍奇金)|未来|未成年|不良|不同|不适(?!合)|不舒服|没关系|不明原因",
    re.IGNORECASE,
)
# In the order in which they are looked for: letters that one has taken are not looked at by those after it.
_KINDS: Mapping[Language, Sequence[Kind]] = {
    "en": _kinds(
        (
            "evidence",
            r"\b(?:evidence|data|proof)\s+(?:is|are)\s+(?:still\s+)?(?:limited|lacking|scarce|weak|poor|insufficient|not\s+enough)\b|\blimited\s+evidence\b"
            r"|\blittle\s+(?:is\s+known|evidence)\b|\bnot\s+much\s+(?:is\s+known|evidence)\b|\bfew\s+studies\b",
            True,
        ),
        (
            "harmless",
            r"\bno\s+harm\w*|\bharmless\b|\bnot\s+harmful\b|(?<!not )(?<!be )\bsafe(?:ly)?\b",
            False,
        ),
        (
            "tolerance",
            rf"\bintoleran\w+|(?:\b(?:can|do|does|could){_NOT}|\bcannot|{_NOT}|\bunable\s+to)\s+(?:tolerate|stand|cope\s+with)\b",
            True,
        ),
        (
            "control",
            rf"\buncontrolled\b|\bpoor(?:ly)?\s+control\w*|{_NOT}\s+(?:(?:well|fully|yet|be|been|properly|adequately)\s+)*(?:under\s+control|controlled)\b"
            rf"|{_NOT}\s+(?:\w+\s+)?control\b|\bout\s+of\s+control\b",
            True,
        ),
        (
            "treatment",
            rf"\buntreated\b|\bwithout\s+(?:any\s+)?treatment\b|{_NOT}\s+(?:be\s+|been\s+)?treated\b",
            True,
        ),
        ("smoking", rf"\bnon-?smok\w+|{_NOT}\s+smoke\b|\bnever\s+smoked\b", True),
        (
            "proof",
            rf"\bunproven\b|\bunconfirmed\b|{_NOT}\s+(?:be\s+|been\s+)?(?:proven|confirmed|shown)\b|\bwithout\s+(?:a\s+)?proven\b|\bno\b[^.,]*\bproven\b",
            True,
        ),
        (
            "vaccination",
            rf"\bun(?:vaccinated|immuni[sz]ed)\b|{_NOT}\s+(?:(?:yet|be|been|had|have|got|get)\s+)*(?:vaccinated|immuni[sz]ed|the\s+vaccine)\b",
            True,
        ),
        (
            "certainty",
            rf"\b(?:uncertain|unclear|unknown|unsure)\w*|{_NOT}\s+(?:be\s+|yet\s+)?(?:known|clear|sure|certain)\b",
            True,
        ),
        ("enough", rf"\b(?:insufficient|inadequate)\w*|{_NOT}\s+(?:\w+\s+)?enough\b", True),
        ("amount", rf"{_NOT}\s+(?:\w+\s+){{0,2}}much\b|(?<!too )(?<!a )(?<!by )\blittle\b(?!\s+by)", True),
        (
            "work",
            rf"{_NOT}\s+(?:\w+\s+)?work(?:ing)?\s+(?:very\s+)?(?:well|properly|as|right|fully)\b",
            False,
        ),
        (
            "response",
            rf"{_NOT}\s+(?:been\s+)?(?:help\w*|work\w*|improve\w*|respond\w*|get(?:ting)?\s+better|got(?:ten)?\s+better|go(?:es|ne)?\s+away|heal\w*|stop\w*(?=\s*(?:[.,;:)]|$)|\s+(?:the\s+|your\s+)?(?:pain|bleeding|fever|symptoms|attacks?|vomiting|cough\w*|itch\w*))|clear\w*)"
            r"(?:\s+(?:\w+\s+)?enough)?|\bno\s+better\b|\bfail(?:s|ed|ing)?\b(?!\s+(?:kidneys?|hearts?|livers?)\b)",
            True,
        ),
        (
            DIRECTIVE,
            rf"\b(?:should|must|do|need|ought|may|might|could)\s*(?:(?:also|probably|usually|generally|want\s+to|choose|decide|prefer)\s+)*(?:to\s+)?{_NOT}\b(?!\s+(?:have|be\s+able|know|feel|want)\b)"
            r"|\b(?:cannot|can['’]?t|can\s+not|may\s+not|need\s+not)\s+(?:have|take|use|get|receive|be\s+(?:given|used|treated|combined|taken))\b"
            r"|\b(?:don['’]t)(?=\s+(?:take|use|drink|eat|give|start|begin|stop|give|put|get|have\s+(?:it|them|this|an?)|drive|rely|need|wait)\b)"
            r"|\bneither\b(?=[^.;]*\bnor\b[^.;]*\b(?:should|must|may|can|is|are)\b)|\b(?:should|must|may)\s+(?:have|get|take|use|receive)\s+no\b|\bnever(?=\s+[a-z]+)|\bavoid\w*|\bcontraindicat\w+|\b(?:recommend\w*|advis\w+|suggest\w*|decide\w*|caution\w*|rule\w*)\s+(?:against|not)\b"
            r"|\b(?:is|are|be|was|were)\s+(?:usually\s+|probably\s+|generally\s+|therefore\s+)*not\s+(?:(?:usually|routinely|generally|normally|the)\s+)*(?:recommended|suggested|advised|advisable|safe|suitable|allowed|permitted|indicated|appropriate|necessary|needed|right|for)\b"
            r"|\b(?:isn|aren)['’]t\s+(?:recommended|suggested|advised|safe|suitable|needed|for)\b"
            r"|\bnot\s+(?:routinely\s+)?(?:recommended|suggested|suitable|safe|advised)\b|\b(?:stay|keep)\s+away\s+from\b|\brefrain\w*|\bforbidden\b|\bprohibit\w*|\bunsafe\b|\bunsuitable\b|\bunnecessary\b"
            r"|\b(?:may|might|could|to)\s+(?:want\s+to\s+)?(?:skip|do\s+without|leave\s+out|pass\s+on)\b|\bbetter\s+off\s+without\b|\bno\s+need\b|\bdo(?:es)?\s+not\s+(?:usually\s+|generally\s+)?(?:recommend|suggest|advise|need|require)\b|\bdon['’]t\s+(?:usually\s+)?need\b|\b(?:do(?:es)?\s+not|don['’]t|doesn['’]t)\s+have\s+to\b",
            True,
        ),
        ("refusal", r"\brefus\w+|\breject\w*|\brarely\b|\bseldom\b|\bhardly\b|\bscarcely\b", True),
        (
            "able",
            rf"\bunable\b|\bcannot\b|\bcan['’]?t\b|\bcan\s+not\b|{_NOT}\s+(?:be\s+)?able\b|\bimmobil\w*|\bimpossible\b|\bincapable\b",
            True,
        ),
        ("exception", r"\bunless\b|\bexcept\b", True),
        (
            "consulting",
            r"\bwithout\s+(?:first\s+)?(?:(?:your|a|the|medical|professional|doctor['’]?s?|the\s+doctor['’]s)\s+)*"
            r"(?:advice|asking|consult\w*|talking|speaking|supervision|prescription|permission|telling)\b",
            False,
        ),
        (
            "presence",
            r"\bwithout\b|\bno\b(?!\s+longer)|\bfree\s+of\b|\babsence\s+of\b|\basymptomatic\b|\bsymptom-free\b|\bnone\b|\bnothing\b|\bnobody\b",
            True,
        ),
        (
            "end",
            r"\bno\s+longer\b|\bnot\b[^.,;]*\bany\s*(?:more|longer)\b|(?<!weight )\bloss\b"
            r"|\b(?:lost|los(?:e|es|ing))\b(?!\s+(?:weight|at\s+least|\d))",
            True,
        ),
        ("persistence", r"\bpersist\w*|\bremain\w*|\bstill\b|\bdespite\b|\balthough\b", False),
        ("continuing", r"\bcontinu\w+", False),
        ("failing", r"\brefractory\b|\bresistan\w+|\bfailure\b", False),
        (
            "impairment",
            r"\bimpair\w*|\binsufficiency\b|\bdysfunction\b|\bdeficien\w+|\black(?:s|ing)?\b|\bshort(?:age)?\s+of\b|\bpoor\w*|\bweak\w*|\breduced\b|\btoo\s+little\b|\bbarely\b",
            False,
        ),
        ("difficulty", r"\bdifficult\w*|\btrouble\b|\bhard\s+to\b|\bstruggl\w+", False),
        (
            "senses",
            r"\bblurr\w+|\bfuzzy\b|\bnumb\w*|\bparaly\w+|\bconfus\w+|\bunconscious\w*|\bdrows\w+",
            False,
        ),
        (
            "consulting",
            r"\bon\s+(?:your|their)\s+own\b|\bby\s+(?:yourself|themselves)\b|\bbefore\s+(?:you\s+)?(?:have\s+)?(?:talk|ask|speak|see|consult)\w*",
            False,
        ),
        ("stopping", r"\bstop\w*|\bdiscontinu\w*|\bwithdr\w+|\bquit\w*|\bcessation\b", False),
        (
            "choice",
            r"\binstead\b|\brather\s+than\b|\bin\s+(?:its|their)\s+place\b|\bin\s+place\s+of\b",
            False,
        ),
        ("ending", r"\bresolv\w+|\bclears?\b|\bdisappear\w*|\bgone\b|\brecover\w*|\bsubsid\w+", False),
        ("limiting", r"\balone\b|\bonly\b|\brestrict\w*|\blimit\w*", False),
        ("omission", r"\bmiss\w*|\beliminat\w*|\bleav(?:e|es|ing)\s+out\b|\bomit\w*", False),
        ("compounds", r"\bnon-?(?!steroid)[a-z]+", False),
        ("air", r"\broom\s+air\b", False),
        (
            "prefixes",
            r"\bun(?!der|til|its?\b|less|ion|iv|if)[a-z]{2,}(?:ed|able|ful|al|t|y|en)\b|\bin(?:complete|frequent|active|ability|appropriate|effective)\w*",
            False,
        ),
        ("coordination", r"\bn?either\b|\bnor\b", False),
        ("other", rf"(?:\b|(?<=[a-z])){_NOT}\b|\bunhelpful\b", True),
    ),
    "zh": _kinds(
        ("tolerance", "不(?:能)?耐受|无法耐受|受不了|耐受不了", True),
        (
            "control",
            "(?:未|没有?|尚未|还没有?)(?:得到|被|能|完全|很好|充分)*(?:地)?控制住?|控制不[佳好良住了]|不受控制|失控",
            True,
        ),
        ("treatment", "未(?:经)?治疗|没有?(?:得到|接受|经过)?治疗|不(?:经)?治疗", True),
        ("smoking", "不(?:吸|抽)烟|非吸烟|从不吸烟", True),
        ("vaccination", "(?:未|没有?|没)(?:接种|打过?)(?:疫苗)?", True),
        ("certainty", "不确定|不清楚|不明确?|尚无定论|不详", True),
        ("enough", "不足|不够|不充分", True),
        (
            "response",
            "(?:未|不|没有?|无)(?:能)?(?:见)?(?:缓解|好转|改善|见效|起效|退|反应|效)|不见好|无效|难治|没(?:有)?(?:什么)?(?:效果?|用(?![过药]))"
            "|(?:疗效|效果)(?:不|欠|没那么)(?:好|佳|理想|明显)|(?:疗效|效果)差|不起作用|不管用",
            True,
        ),
        ("presence", "(?:没有?|无)[^，。；]{0,6}禁忌[证症]?", True),
        (
            DIRECTIVE,
            "(?:一般|通常|尽量|最好|可以?)不(?!再)(?:要|需要?|必|用|宜|应|推荐|建议)?|不(?:应该?|应当|得|要|推荐|建议|宜|适合|主张|提倡|允许|准|必|需要?|用(?!药))|(?:切|请)?勿|切忌|严禁|禁[止用]|禁忌(?![证症])|禁(?=食|饮)|避免|反对|不可以?(?=[用吃服饮喝与和同单])|不可(?!避|或|逆)"
            "|不能(?=[用吃服使开与和同喝饮自停])|(?:推荐|建议)(?:[^，。；]{0,14}?)不(?![足到超满良同少低适舒])|无[需须]|(?<![特分个性级区类鉴识差辨告])别(?=[再自突随一吃喝用去做让给停开在超])|停用|远离|用不着",
            True,
        ),
        ("refusal", "拒绝|很少|极少", True),
        ("end", "不再|再[也都]?不|再[也都]?没", True),
        ("able", "不能够?|不会|无法|没办?法|[\u4e00-\u9fff]不[着了住动下上](?![解])", True),
        ("exception", "除非|例外|除外", True),
        (
            "presence",
            "无(?=禁忌|症状|明显|发作|反应|并发|合并|出血|过敏|[\u4e00-\u9fff]史|需|不适|法|任何)|没有|没(?!关系)|别无|缺乏",
            True,
        ),
        ("无力", "无力", False),
        ("困难", "困难|难(?:以|于)|[很较更]难|不易|费力|受限|不方?便|喘不[过上]气|上不来气", False),
        ("衰竭", "衰竭", False),
        ("不全", "不全", False),
        ("停", "(?<![能可])停", False),
        ("戒", "戒", False),
        ("而不是", "而不是|而非", False),
        ("代替", "代替", False),
        ("缓解", "缓解", False),
        ("持续", "持续", False),
        ("丧失", "丧失", False),
        ("减退", "减退", False),
        ("非药物", "非药物", False),
        ("缺", "缺", False),
        ("少", "少", False),
        ("自行", "自行|擅自|自己|随意|随便|独自|一个人|单独", False),
        ("好", "不[好佳良]", False),
        ("清", "不[清稳规孕育]", False),
        ("愈", "消失|痊愈|康复|完全控制", False),
        ("仍", "仍|还是", False),
        ("失", "失[眠去禁]?", False),
        ("非", "非(?=[\u4e00-\u9fff])", False),
        ("忌", "忌[口食]", False),
        ("限", "仅|只|限", False),
        ("other", "不|没|无|未", True),
    ),
}
