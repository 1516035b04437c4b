"""What a sentence denies, by what is meant: "cannot tolerate" and "intolerant" are one denial.

A hard denial has to have its counterpart in the other text. A soft word ("persists", "failure", 「困难」) may
be put in plain words with a denial ("does not go away", "does not work well"), and need not be.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.medical.bounds import without_bounds
from tools.text.language import Language

DIRECTIVE = "directive"  #: What must not be done.
_ONCE = (DIRECTIVE, "effect", "response")  # said once or three times, it is one denial


@dataclass(frozen=True, slots=True)
class Denials:
    """The denials of one sentence, by kind."""

    hard: Counter[str]
    soft: Counter[str]


def find_denials(sentence: str, language: Language) -> Denials:
    """Every denial of ``sentence``."""
    text = _NO_DENIAL.sub(lambda found: "_" * len(found[0]), without_bounds(sentence))
    hard, soft = Counter[str](), Counter[str](bound=len(_LIMIT.findall(sentence)))
    for kind, pattern, is_hard in _KINDS[language]:
        text, count = pattern.subn(lambda found: "_" * len(found[0]), text)
        if count:
            (hard if is_hard else soft)[kind] += count
    for kind in _ONCE:
        hard[kind] = min(1, hard[kind])
    return Denials(hard=+hard, soft=soft)


def differ(sentence: Denials, source: Denials) -> tuple[bool, bool]:
    """Whether ``sentence`` denies what ``source`` does not, and whether it affirms what that denies.

    Denials of one kind answer each other; those that are left may be two wordings of one, and pair off.
    """
    said, meant = sentence.hard - source.hard, source.hard - sentence.hard
    pairs = min(said.total(), meant.total())
    left = _unanswered(said, source.soft - sentence.soft) - pairs
    missing = _unanswered(meant, sentence.soft - source.soft) - pairs
    return left > 0, missing > 0


def _unanswered(hard: Counter[str], soft: Counter[str]) -> int:
    """How many of one text's denials no soft word of the other may stand for."""
    spare, count = Counter(soft), 0
    for kind in hard.elements():
        answer = next((one for one in +spare if kind in _ANSWERS.get(one, _DESCRIBING)), None)
        if answer:
            spare[answer] -= 1
        else:
            count += 1
    return count


_DESCRIBING = frozenset(
    (
        *("tolerance", "control", "treatment", "smoking", "proof", "vaccination", "certainty", "enough"),
        *("response", "able", "presence", "end", "other", "effect"),
    )
)
# Which denials a soft word may stand for, where not for all that describe.
_ANSWERS: Mapping[str, frozenset[str]] = {
    "bound": frozenset((DIRECTIVE, "other")),
    "limiting": frozenset((DIRECTIVE, "other", "exception")),
    "omission": frozenset((DIRECTIVE, "presence")),
    "stopping": frozenset((DIRECTIVE, "response", "end", "other")),
    "compounds": _DESCRIBING | {DIRECTIVE},
    "difficulty": frozenset(("able",)),
    "困难": frozenset(("able",)),
    "停": frozenset((DIRECTIVE,)),
    "戒": frozenset((DIRECTIVE,)),
    "忌": frozenset((DIRECTIVE, "other")),
    "限": frozenset((DIRECTIVE, "other")),
    "choice": frozenset((DIRECTIVE, "other")),
    "而不是": frozenset((DIRECTIVE, "other")),
}


# "No more than 4 weeks" may be said as "do not use it for longer".
_LIMIT = re.compile(
    r"\b(?:no\s+(?:more|longer|later)\s+than|not\s+exceed\w*|at\s+most|up\s+to|within)\b|不超过|不多于|最多|至多|以内",
    re.IGNORECASE,
)
Kind = tuple[str, re.Pattern[str], bool]


def _kinds(*kinds: tuple[str, str, bool]) -> Sequence[Kind]:
    return [(name, re.compile(pattern, re.IGNORECASE), is_hard) for name, pattern, is_hard in kinds]


_NOT = r"(?:not|n['’]t|never)"
_NO_DENIAL = re.compile(
    r"\b(?:kidneys?|hearts?|livers?)\s+(?:(?:have|has|had|is|are)\s+)?fail\w*|"
    r"\b(?:not\s+only|whether\s+or\s+not|if\s+not|not\s+to\s+mention|no\s+matter|no\.?\s+\d|nothing\s+but)\b"
    r"|\b(?:acts?|protect\w*|vaccin\w*|immun\w*|works?|medicines?|drugs?|allerg\w+|treatments?|shots?|effective|pills?)\s+against\b"
    "|([要是能会该用有可])[不没]\\1|需不需要|不[仅断但过少久妨安]|不管(?!用)|不得不|无论|无菌|非常|非(?=甾体|处方|酒精|典型|特异|小细胞|霍奇金)|未来|未成年|不良|不同|不适(?!合)|不舒服|没关系|不明原因",
    re.IGNORECASE,
)
# In the order in which they are looked for: letters that one has taken are not looked at by those after it.
_KINDS: Mapping[Language, Sequence[Kind]] = {
    "en": _kinds(
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
        ("amount", rf"{_NOT}\s+(?:\w+\s+){{0,2}}much\b|(?<!too )(?<!a )\blittle\b(?!\s+by)", True),
        (
            "work",
            rf"{_NOT}\s+(?:\w+\s+)?work(?:ing)?\s+(?:very\s+)?(?:well|properly|as|right|fully)\b",
            False,
        ),
        (
            "response",
            rf"{_NOT}\s+(?:been\s+)?(?:help\w*|work\w*|improve\w*|respond\w*|get(?:ting)?\s+better|got(?:ten)?\s+better|go(?:es|ne)?\s+away|heal\w*|stop\w*|clear\w*)"
            r"(?:\s+(?:\w+\s+)?enough)?|\bno\s+better\b|\bfail(?:s|ed|ing)?\b(?!\s+(?:kidneys?|hearts?|livers?)\b)",
            True,
        ),
        (
            DIRECTIVE,
            rf"\b(?:should|must|do|need|ought|may|might|could)\s*(?:(?:also|probably|usually|generally|want\s+to|choose|decide|prefer)\s+)*(?:to\s+)?{_NOT}\b(?!\s+(?:have|be\s+able|know|feel|want)\b)"
            r"|\b(?:cannot|can['’]?t|can\s+not|may\s+not|need\s+not)\s+(?:have|take|use|get|receive|be\s+(?:given|used|treated|combined|taken))\b"
            r"|\b(?:don['’]t)(?=\s+(?:take|use|drink|eat|give|start|begin|stop|give|put|get|have\s+(?:it|them|this|an?)|drive|rely|need|wait)\b)"
            r"|\bnever(?=\s+[a-z]+)|\bavoid\w*|\bcontraindicat\w+|\b(?:recommend\w*|advis\w+|suggest\w*|decide\w*|caution\w*|rule\w*)\s+(?:against|not)\b"
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
            "presence",
            r"\bwithout\b|\bno\b(?!\s+longer)|\bfree\s+of\b|\babsence\s+of\b|\basymptomatic\b|\bsymptom-free\b|\bnone\b|\bnothing\b|\bnobody\b|\black(?:s|ing)?\b",
            True,
        ),
        (
            "end",
            r"\bno\s+longer\b|\bnot\b[^.,;]*\bany\s*(?:more|longer)\b|(?<!weight )\bloss\b"
            r"|\blos(?:e|es|ing)\b(?!\s+(?:weight|at\s+least|\d))",
            True,
        ),
        ("persistence", r"\bpersist\w*|\bremain\w*|\bstill\b|\bcontinu\w+|\bdespite\b|\balthough\b", False),
        ("failing", r"\brefractory\b|\bresistan\w+|\bfailure\b", False),
        (
            "impairment",
            r"\bimpair\w*|\binsufficiency\b|\bdysfunction\b|\bdeficien\w+|\bpoor\w*|\bweak\w*|\breduced\b|\btoo\s+little\b|\bbarely\b",
            False,
        ),
        ("difficulty", r"\bdifficult\w*|\btrouble\b|\bhard\s+to\b", False),
        ("stopping", r"\bstop\w*|\bdiscontinu\w*|\bwithdr\w+|\bquit\w*|\bcessation\b", False),
        ("choice", r"\binstead\b|\brather\s+than\b", False),
        ("ending", r"\bresolv\w+|\bclears?\b|\bdisappear\w*|\bgone\b|\brecover\w*|\bsubsid\w+", False),
        ("limiting", r"\balone\b|\bonly\b|\brestrict\w*|\blimit\w*", False),
        ("omission", r"\bmiss\w*|\beliminat\w*|\bleav(?:e|es|ing)\s+out\b|\bomit\w*", False),
        ("compounds", r"\bnon-?[a-z]+|\broom\s+air\b", False),
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
        ("response", "(?:未|不|没有?|无)(?:见)?(?:缓解|好转|改善|见效|起效|退)|不见好", True),
        (
            DIRECTIVE,
            "(?:一般|通常|尽量|最好|可以?)不(?!再)(?:要|需要?|必|用|宜|应|推荐|建议)?|不(?:应该?|应当|得|要|推荐|建议|宜|适合|主张|提倡|允许|准|必|需要?|用(?!药))|(?:切|请)?勿|切忌|严禁|禁[止用忌]|禁(?=食|饮)|避免|反对|不可以?(?=[用吃服饮喝与和同单])|不可(?!避|或|逆)"
            "|不能(?=[用吃服使开与和同喝饮自停])|(?:推荐|建议)(?:[^，。；]{0,14}?)不(?![足到超满良同少低适舒])|无[需须]|别(?=[吃喝用去做让给])|停用|远离|用不着",
            True,
        ),
        ("refusal", "拒绝|很少|极少", True),
        ("effect", "无效|难治|没(?:有)?(?:什么)?(?:效果?|用)|效果不[好佳]|不起作用|不管用", True),
        ("able", "不能够?|不会|无法|[\u4e00-\u9fff]不[着了住动下上](?![解])", True),
        ("exception", "除非", True),
        (
            "presence",
            "无(?=症状|明显|发作|反应|并发|合并|出血|过敏|[\u4e00-\u9fff]史|需|不适|法|任何)|没有|没(?!关系)|缺乏",
            True,
        ),
        ("无力", "无力", False),
        ("困难", "困难", False),
        ("衰竭", "衰竭", False),
        ("不全", "不全", False),
        ("停", "停", False),
        ("戒", "戒", False),
        ("而不是", "而不是", False),
        ("代替", "代替", False),
        ("缓解", "缓解", False),
        ("持续", "持续", False),
        ("丧失", "丧失", False),
        ("减退", "减退", False),
        ("非药物", "非药物", False),
        ("缺", "缺", False),
        ("少", "少", False),
        ("自行", "自行", False),
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
