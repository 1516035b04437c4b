"""What the words of a sentence recommend: GRADE's table, and what people say in plain words in its place.

Some words leave something open: "we advise" is said of strong and of conditional recommendations, and "do not
stop" may be for what is taken or against stopping it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.medical.grade import Direction, Grade, Strength
from tools.text.language import Language


@dataclass(frozen=True, slots=True)
class Force:
    """Strength and direction as far as words tell them; None where they leave it open."""

    strength: Strength | None
    direction: Direction | None


def read_forces(sentence: str, language: Language) -> frozenset[Force]:
    """Every force that the main clauses of a sentence have words of; empty where it recommends nothing.

    Words in conditions and reasons ("if you should fall", "because it may harm you") count where no others
    recommend; so do mere possibility and orders.
    """
    return frozenset(_in_order(sentence, language))


def agrees(sentence: str, grade: Grade, quote: str, language: Language) -> bool:
    """Whether the words of ``sentence`` say ``grade``.

    Args:
        quote: The guideline's own words: what they say beside the grade ("take it, and avoid…") may be said.
    """
    forces, quoted = _in_order(sentence, language), _in_order(quote, language)
    graded = Force(grade.strength, grade.direction)
    if graded in forces and graded in quoted and _is_part(_graded(forces), _graded(quoted)):
        forces = [force for force in forces if force == graded or force not in quoted]
    return _say(frozenset(forces), grade, directions_of(quote, language))


def _graded(forces: Sequence[Force]) -> list[Force]:
    return [force for force in forces if force.strength and force.direction]


def _is_part(some: Sequence[Force], of: Sequence[Force]) -> bool:
    """Whether ``some`` stand in ``of`` in the same order."""
    rest = iter(of)
    return all(force in rest for force in some)


def _say(forces: frozenset[Force], grade: Grade, allowed: frozenset[Direction]) -> bool:
    # What must not be exceeded says how strongly only where nothing else does.
    forces = forces - {_STRONG} or forces
    strengths = {force.strength for force in forces} - {None}
    directions = {force.direction for force in forces} - {None}
    # "You should have a test. You need not be fasting": open words say nothing beside plain ones.
    directions = {force.direction for force in forces if force.strength and force.direction} or directions
    has_direction = not directions or grade.direction in directions
    return (
        bool(forces)
        and strengths <= {grade.strength}
        and has_direction
        and directions <= {grade.direction, *allowed}
    )


def directions_of(sentence: str, language: Language) -> frozenset[Direction]:
    """The directions that the words of a sentence have."""
    return frozenset(force.direction for force in read_forces(sentence, language) if force.direction)


def forbids_only(sentence: str, language: Language) -> bool:
    """Whether all that its words recommend is not to do something."""
    return directions_of(sentence, language) == _AGAINST_ALONE


def orders(sentence: str, language: Language) -> bool:
    """Whether a main clause tells to use something, in words that leave no doubt: "do take", "should use"."""
    main = _NEITHER.sub(" ", _ASIDES[language].sub(" ", sentence))
    return bool(_ORDERS[language].search(main))


def _in_order(sentence: str, language: Language) -> list[Force]:
    main = _ASIDES[language].sub(" ", sentence)
    for text, tables in ((main, _CUES), (main, _WEAK), (sentence, _CUES), (sentence, _WEAK)):
        if found := _read(text, tables[language]):
            return found
    return []


def _read(text: str, cues: Sequence[tuple[re.Pattern[str], Force]]) -> list[Force]:
    """The forces of cues, each where it first stands; letters that one has taken are not looked at again."""
    first: dict[Force, int] = {}
    for pattern, force in cues:
        for found in pattern.finditer(text):
            first[force] = min(found.start(), first.get(force, found.start()))
        text = pattern.sub(lambda found: "_" * len(found[0]), text)
    return sorted(first, key=lambda force: first[force])


_AGAINST, _FOR = Force("strong", "against"), Force("strong", "for")
_MAYBE_NOT, _MAYBE = Force("conditional", "against"), Force("conditional", "for")
_OPEN_NOT, _OPEN = Force(None, "against"), Force(None, "for")
_STRONG = Force("strong", None)
_AGAINST_ALONE: frozenset[Direction] = frozenset(("against",))

_ASIDES: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:if|unless|when|whenever|while|until|because|since|as\s+long\s+as|although|though|whether|so\s+that"
        r"|in\s+case|once|even\s+though|which)\b[^,.;:!?]*"
        r"|\b(?:who|that|whose)\s+(?:can|could|may|might|should|must|cannot|can['’]t|do\s+not|don['’]t|does\s+not)"
        r"(?:\s+not)?\s+[a-z]+(?:[^.;:!?]*?,?\s+(?:or|and|nor)\s+(?:who\s+)?(?:cannot|can['’]t|do\s+not|don['’]t|does\s+not)\s+[a-z]+)?",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "(?:如果|若是?|假如|一旦|因为|由于|除非|当)[^，。；]*?(?:，|。|；|时(?!间))|以(?:便|免|防)[^，。；]*|([要能会该用可])不\\1|需不需要"
    ),
}
_NEITHER = re.compile(r"\bneither\b[^.;]*?\bnor\b[^.;]*?\b(?:should|must|may|can)\b", re.IGNORECASE)
_HEDGE = r"(?:usually|probably|generally|normally|mostly|in\s+most\s+cases)"
_NOT = r"(?:not|n['’]t|never)"
_POSSIBLE = r"(?:may|might|could)"
_EFFECT = (
    r"(?:(?:also|even|still|then)\s+)?(?:burn|hurt|irritate|trigger|delay|hide|mask|weaken|ease|relieve|shorten|kill|spread|come|last|help|cause|lead|lower|reduce|prevent|improve|raise|increase|make|happen|occur|affect"
    r"|harm|protect|damage|worsen|become|feel|result|be\s+(?:harmful|dangerous|more|less|a\s+sign|caused|due))"
)
_STOPPING = r"(?:stop|discontinue|quit|skip|miss|interrupt|delay|forget|wait|hesitate)"


def _compiled(
    *cues: tuple[str, Force], flags: re.RegexFlag = re.IGNORECASE
) -> list[tuple[re.Pattern[str], Force]]:
    return [(re.compile(pattern, flags), force) for pattern, force in cues]


# In the order in which they are looked for: longer words before those that they hold.
_CUES: Mapping[Language, Sequence[tuple[re.Pattern[str], Force]]] = {
    "en": _compiled(
        (
            rf"\b{_HEDGE}\s+(?:(?:do|does|should|is|are|need|will|be|you|not)\s*)*(?:{_NOT}|unnecessary|avoid\w*|without)\b(?:\s+(?:be\s+)?[a-z]+)?"
            rf"|(?:\b(?:do|does|is|are|should|will|need|can)\s+not|n['’]t)\s+{_HEDGE}\b(?:\s+(?:be\s+)?[a-z]+)?"
            rf"|\b{_POSSIBLE}\s+(?:(?:want|wish|choose|prefer|decide|like|be\s+advised)\s+)?(?:to\s+)?(?:{_NOT}|against|avoid|skip|do\s+without|leave\s+out|pass\s+on)\b"
            rf"(?:\s+(?:be\s+)?(?:need\w*|right|necessary))?"
            rf"|\b{_POSSIBLE}\s+be\s+better\s+(?:off\s+without|not)\b|\bprobably\s+should\s+{_NOT}\b|\bprobably\s+shouldn['’]t"
            r"|\bsuggest(?:s|ed)?\s+(?:against|not|avoiding|to\s+avoid)\b|\bnot\s+(?:be\s+)?suggest(?:ed)?\b|\bconsider(?:ed)?\s+(?:not|avoiding|skipping)\b"
            r"|\b(?:it\s+is\s+)?(?:better|best)\s+(?:not(?:\s+to)?|avoided|to\s+avoid)\b|\brather\s+not\b|\bfor\s+most[^.]*\bnot\b",
            _MAYBE_NOT,
        ),
        (
            r"\badvis(?:e|es|ed|able)\s+(?:against|not|that\s+you\s+(?:do\s+)?not)\b|\b(?:do(?:es)?\s+not|don['’]t|doesn['’]t)\s+(?:advise|need|have\s+to)\b"
            r"|\bnot\s+(?:needed|necessary|advised|advisable)\b|\bneed\s+not\b|\bno\s+need\b|\bunnecessary\b",
            _OPEN_NOT,
        ),
        # What one should not exceed may be for what lies below.
        (
            r"\b(?:(?:should|must|do|does|can)\s*(?:not|n['’]t)|but\s+not|never)\b[^.,;]{0,40}?\b(?:more|longer|higher|over|above|beyond|exceed)\b",
            _STRONG,
        ),
        (
            rf"(?:\b(?:should|must|do|can)\s+(?:not|never)|n['’]t|\bnever|\bcannot)\s+(?:be\s+)?{_STOPPING}\w*\b",
            _STRONG,
        ),
        (
            rf"\b(?:should|must|ought|need)\s+(?:(?:also|therefore|generally)\s+)?{_NOT}\b|\b(?:should|must)n['’]t\b"
            # An order, not what somebody or something does not do.
            r"|(?:^\s*|[.,;:!?]\s*|\b(?:and|or|so|please|then|but|to)\s+)(?:do\s+not|don['’]t)\b"
            r"|\b(?:do(?:es)?\s+not|do(?:es)?n['’]t)\s+recommend\b"
            r"|\bnever\b|\bcannot\b|\bcan['’]t\b|\bavoid(?:s|ed|ing)?\b|\b(?:stay|keep)\s+away\s+from\b|\brefrain\b"
            r"|\brecommend(?:s|ed|ation)?\s+(?:against|not|avoiding)\b|\bnot\s+(?:routinely\s+|be\s+|generally\s+)*recommend(?:ed)?\b"
            r"|\b(?:is|are)\s+not\s+(?:(?:the\s+)?(?:right|safe|suitable|allowed|for|appropriate|indicated|an\s+option|to\s+be))\b"
            r"|\b(?:should|must|may|to)\s+(?:[a-z]+\s+)?(?:neither|no)\b|\bneither\b[^.;]*?\bnor\b[^.;]*?\b(?:should|must|may|can|is|are)\b|\bcontraindicated\b|\bunsafe\b|\bforbidden\b|\bshould\s+be\s+(?:stopped|withheld)\b",
            _AGAINST,
        ),
        (
            rf"\b{_POSSIBLE}\s+(?!{_EFFECT}\b)|\bprobably\s+(?:should|needs?\s+to)\b|\bconsider(?:ed|ing|ation)?\b|\bsuggest(?:s|ed)?\b"
            r"|\b(?:an?|one|possible|good)\s+option\b|\boptions?\s+for\b|\bthink(?:ing)?\s+about\b|\bworth\s+(?:trying|talking|discussing|considering|a\s+try|asking|thinking)\b"
            r"|\b(?:talk|speak)\s+(?:to|with)\b[^.]*\b(?:about|whether)\b|\bdiscuss\b|\bask\b[^.]*\b(?:about|whether|for)\b"
            r"|\bcan\s+(?:also\s+)?(?:be\s+(?:tried|offered|used|considered|given|an\s+option)|try|choose|consider|opt)\b",
            _MAYBE,
        ),
        (
            r"\bshould\b|\bmust\b|\bought\s+to\b|\brecommend(?:s|ed|ation)?\b|\bneeds?\s+(?:to|an?|the|your)\b|\b(?:has|have)\s+to\b|\b(?:is|are)\s+required\b",
            _FOR,
        ),
        (r"\badvis(?:e|es|ed|able)\b|\bis\s+the\s+(?:right|best)\b|\bwe\s+want\s+you\s+to\b", _OPEN),
    ),
    "zh": _compiled(
        (
            "(?:一般|通常|大多|多数情况下?|往往)(?:[^，。；]{0,4}?)(?:不(?!超|少于|足|到|应|推荐|得|能)|无需|无须)(?:建议|需要|需|必|宜|要|用)?"
            "|不(?:太|怎么|常规)?建议|暂不(?:建议|推荐)?|建议(?:[^，。；]{0,14}?)(?:不(?![足到超满良同少低适舒])|避免|勿|别)"
            "|可以?(?:选择)?不(?![足到超满良同少低])|不一定(?:要|需要)?|最好(?:[^，。；]{0,4}?)(?:不要?|别|避免)|尽量(?:不要?|避免|少|别)|可能(?:不需要|不必|不适合)|不太适合",
            _MAYBE_NOT,
        ),
        (
            "不需要|不必|无需|无须|不用(?!药)|不宜|不适合|不主张|不提倡",
            _OPEN_NOT,
        ),
        ("(?:不要|不得|不应该?|不能|不可以?|别)[^，。；]{0,8}?(?:超过|多于|长于|高于|以上)", _STRONG),
        (
            "(?:不要|不得|切勿|请勿|不能|不可以?|不应该?|勿|别)(?:自行|擅自|随意|随便|自己|突然|立即|一下子|忽然|骤然|马上|贸然)*(?:停|中断|漏)[用药服掉]*",
            _STRONG,
        ),
        (
            "(?:应该?|应当|须|必须|要|推荐)(?:[^，。；]{0,6}?)(?:避免|禁止|禁用)|不应(?:该|当)?|不得|请?不要|切勿|切忌|请勿|勿|严禁|禁止|禁用|(?<![无有动])禁忌(?!证)|避免"
            "|不(?:予)?推荐|(?:强烈)?反对|不能(?!耐受|控制|缓解|达到|完全|排除)|不可(?!避|或|逆)以?|推荐(?:[^，。；]{0,10}?)不(?![足到超满良同少低])|不准|不允许|(?<![特分个性级区类鉴识差辨告])别(?=[再自突随一吃喝用去做让给开在超])",
            _AGAINST,
        ),
        (
            "可以?考虑|考虑|建议|可以|(?<![许认尚])可(?![能见靠疑是溶耐怕惜])|弱推荐|有条件(?:地)?推荐|试试|不妨|商量",
            _MAYBE,
        ),
        (
            "(?<![反适效相响供感])应(?:该|当)?(?![用急激对答变症证])|必须|务必|(?:强烈)?推荐|需要(?!时)|(?<!必)须|需(?=[在每定进做用接服立尽同])|一定要",
            _FOR,
        ),
    ),
}
# What recommends only where nothing else does.
_ORDER = (
    "take|use|drink|eat|keep|call|get|have|go|stay|see|start|begin|wait|put|give|rub|wash|walk|exercise|check|measure|continue"
    "|choose|limit|tell|make|follow|try|rest|stop"
)
_WEAK: Mapping[Language, Sequence[tuple[re.Pattern[str], Force]]] = {
    "en": _compiled(
        (rf"\b(?:{_POSSIBLE}|can)\b", _MAYBE),
        (rf"(?:^|[.!?,:;]\s+|\bthen\s+|\bplease\s+|\balways\s+)(?:{_ORDER})\b", _FOR),
        (r"\bis\s+not\b|\bare\s+not\b|\bstop\b", _OPEN_NOT),
    ),
    "zh": _compiled(
        ("请(?![问教勿])|(?<![不需主重只还想必就将须首])要(?![求点素紧是么])|首选|先(?=[做吃用接])", _FOR),
        ("(?<!是否)能(?=[用吃服做])|选用", _MAYBE),
    ),
}
_USE = (
    "take|use|have|get|start|begin|combine|give|drink|eat|receive|apply|put"
    r"|be\s+(?:taken|used|given|combined|started)"
)
_ORDERS: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        rf"(?<!what to )(?<!it )\b(?:do|should|must|always|needs?\s+to)\s+(?:{_USE})\b(?!\s+(?:neither|no)\b)"
        rf"|\b(?:is|are)\s+(?:(?:the\s+)?(?:right|safe|suitable|recommended|allowed)|for)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "(?<![不勿别])(?:请|应该?|应当|要|必须|可以|能够?)(?:每[天日])?(?:[用吃服喝饮]|使用|服用|接受|开始)"
    ),
}
