"""Made-up situations of talks, the same for the same seed: who talks with whom, about what, and how."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A kind of talk."""

    me: str  #: What the user is to the partner.
    partner: str
    scenario: str
    lines: Sequence[str]  #: What the partner says.
    partner_only: Sequence[str]  #: What only the partner would say.


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One talk, up to the moment when replies are wanted."""

    number: int
    language: Language
    place: Place
    my_name: str
    partner_name: str
    taboos: Sequence[str]
    red_line: Mapping[str, Any]
    phrases: Sequence[str]
    line: str  #: What the partner has just said.
    count: int
    typed: str  #: What the user typed; "" for nothing.
    chips: Sequence[str]
    adjustments: Sequence[str]

    @property
    def input(self) -> dict[str, Any]:
        """For the dialogue graph."""
        intent = {"text": self.typed, "chips": [*self.chips]} if self.typed or self.chips else None
        return {
            "setup": {
                "language": self.language,
                "count": self.count,
                "scenario": self.place.scenario,
                "profile": {
                    "name": self.my_name,
                    "relations": [self.place.me],
                    "taboos": [*self.taboos],
                    "red_lines": [dict(self.red_line)],
                    "phrases": [{"text": phrase} for phrase in self.phrases],
                },
                "partner": {"name": self.partner_name, "relations": [self.place.partner]},
            },
            "said": [{"id": f"s{self.number}", "speaker": "partner", "text": self.line}],
            "adjust": [*self.adjustments],
            **({"intent": intent} if intent else {}),
        }


_PLACES: Mapping[Language, Sequence[Place]] = {
    "zh": (
        Place(
            me="病人",
            partner="医生",
            scenario="在医院看病",
            lines=("你今天哪里不舒服？", "要不要住院观察两天？", "下周三来复查可以吗？"),
            partner_only=("我给你开三天的药。", "我帮你检查一下。", "你要按时吃药，下周再来。"),
        ),
        Place(
            me="儿子",
            partner="妈妈",
            scenario="在家里商量周末",
            lines=("周末我们去公园走走好吗？", "晚饭你想吃面还是吃饭？", "明天早上要我叫你起床吗？"),
            partner_only=("儿子，快去洗手。", "儿子，妈妈给你做饭。"),
        ),
        Place(
            me="顾客",
            partner="店员",
            scenario="在手机店里",
            lines=("这一款今天打八折，要试试吗？", "需要给您装个贴膜吗？", "您要现金还是扫码？"),
            partner_only=("欢迎光临，请随便看。", "收您五百元。", "您想买点什么？"),
        ),
        Place(
            me="学生",
            partner="老师",
            scenario="下课以后的办公室",
            lines=("这次考试你觉得怎么样？", "你愿意参加合唱团吗？", "下午能来帮忙布置教室吗？"),
            partner_only=("同学们的作业我都看过了。", "你的作业明天交给我。"),
        ),
    ),
    "en": (
        Place(
            me="patient",
            partner="doctor",
            scenario="A visit to the doctor",
            lines=(
                "Where does it hurt today?",
                "Would you like to stay here for two nights?",
                "Can you come back next Wednesday?",
            ),
            partner_only=(
                "I'll prescribe something for three days.",
                "Let me check your blood pressure.",
                "Please take this medicine twice a day.",
            ),
        ),
        Place(
            me="daughter",
            partner="mother",
            scenario="At home, planning the weekend",
            lines=(
                "Shall we go to the park on Sunday?",
                "Would you rather have soup or rice tonight?",
                "Should I wake you up tomorrow?",
            ),
            partner_only=("Daughter, wash your hands.", "Come here, daughter."),
        ),
        Place(
            me="customer",
            partner="clerk",
            scenario="In a phone shop",
            lines=(
                "This one is cheaper today, would you like to try it?",
                "Do you want a cover with it?",
                "Will you pay by card or in cash?",
            ),
            partner_only=("How may I help you today?", "That will be fifty dollars.", "Here is your change."),
        ),
        Place(
            me="guest",
            partner="waiter",
            scenario="Dinner in a small restaurant",
            lines=(
                "Would you like to sit by the window?",
                "Is everything fine with the soup?",
                "Do you want a dessert after this?",
            ),
            partner_only=("May I take your order now?", "Your table is ready."),
        ),
    ),
}
_NAMES: Mapping[Language, Sequence[str]] = {
    "zh": ("小林", "阿强", "陈静", "小雨"),
    "en": ("Ana", "Tom", "Priya", "Lewis"),
}
_PARTNERS: Mapping[Language, Sequence[str]] = {
    "zh": ("王丽", "赵敏", "周涛"),
    "en": ("Carter", "Olga", "Mrs Bell"),
}
_TABOOS: Mapping[Language, Sequence[str]] = {
    "zh": ("离婚", "体重", "失业"),
    "en": ("divorce", "weight", "layoff"),
}
_RED_LINES: Mapping[Language, Sequence[Mapping[str, Any]]] = {
    "zh": (
        {"text": "答应借钱", "words": ["借钱", "借给你"]},
        {"text": "说出身份证号码", "words": ["身份证"]},
    ),
    "en": (
        {"text": "promise to lend anything", "words": ["lend", "loan"]},
        {"text": "tell the passport number", "words": ["passport"]},
    ),
}
_PHRASES: Mapping[Language, Sequence[str]] = {
    "zh": ("我说话慢，请等等我。", "谢谢你的耐心。", "我用手机说话。", "别提体重。"),
    "en": (
        "I speak slowly, please bear with me.",
        "Thanks for waiting.",
        "My phone talks for me.",
        "My weight is mine.",
    ),
}
_TYPED: Mapping[Language, Sequence[str]] = {
    "zh": ("累 回家", "bzd", "谢谢 改天"),
    "en": ("tired hme", "idk", "thx l8r"),
}
_CHIPS: Mapping[Language, Sequence[str]] = {
    "zh": ("同意", "拒绝", "礼貌"),
    "en": ("agree", "decline", "politer"),
}
_ADJUSTMENTS: Mapping[Language, Sequence[str]] = {"zh": ("短一点", "更客气"), "en": ("shorter", "politer")}


def make_situations(count: int, seed: int) -> list[Situation]:
    """Situations in both languages, by turns."""
    draw = random.Random(seed)  # noqa: S311 - repeatable, not secret
    return [_make(number, draw) for number in range(count)]


def _make(number: int, draw: random.Random) -> Situation:
    language: Language = "zh" if number % 2 else "en"
    place = draw.choice(_PLACES[language])
    return Situation(
        number=number,
        language=language,
        place=place,
        my_name=draw.choice(_NAMES[language]),
        partner_name=draw.choice(_PARTNERS[language]),
        taboos=draw.sample(_TABOOS[language], draw.randint(1, 3)),
        red_line=draw.choice(_RED_LINES[language]),
        phrases=draw.sample(_PHRASES[language], draw.randint(0, 4)),
        line=draw.choice(place.lines),
        count=number // 2 % 5 + 1,
        typed=draw.choice(_TYPED[language]) if draw.random() < 0.3 else "",
        chips=[draw.choice(_CHIPS[language])] if draw.random() < 0.3 else [],
        adjustments=[draw.choice(_ADJUSTMENTS[language])] if draw.random() < 0.3 else [],
    )
