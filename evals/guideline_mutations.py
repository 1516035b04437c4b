"""Errors that a model might make in a version for patients, put in on purpose."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import yaml

from tools.medical.grade import WORDS, Grade, read_grades
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion, VersionSection, VersionSentence

Mutation = Callable[[PatientVersion, GuidelineRecords, random.Random], bool]
"""Changes either in place; whether it found something to change."""

_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?=\s*(?:mg|g|mcg|micrograms|puffs|毫克|微克|克|升))")
_UNITS = {
    "en": [("mg", "g"), ("mg", "mcg"), ("mcg", "mg"), ("g", "mg"), ("minutes", "hours"), ("a day", "a week")],
    "zh": [
        ("毫克", "克"),
        ("毫克", "微克"),
        ("微克", "毫克"),
        ("升", "毫升"),
        ("分钟", "小时"),
        ("每日", "每周"),
    ],
}
_DENIALS = {
    "en": [
        ("should not", "should"),
        ("Do not", "Do"),
        ("must not", "must"),
        ("may not", "may"),
        ("Never", "Always"),
        ("does not", "does"),
        ("may choose not to", "may choose to"),
        ("might not", "might"),
        ("is not", "is"),
        ("are unable", "are able"),
        ("can't", "can"),
        ("cannot", "can"),
        ("advise against", "advise"),
        ("usually not", "usually"),
        ("did not", "did"),
        ("do not", "do"),
        ("don't", "do"),
        ("is no", "is a"),
        ("are not", "are"),
        ("no longer", "still"),
        ("Without", "With"),
        ("without", "with"),
        ("avoid", "seek"),
        ("Avoid", "Seek"),
        ("recommend against", "recommend"),
        ("stay away from", "stay with"),
        ("unsafe", "safe"),
        ("not", ""),
        ("no", "a"),
        ("never", "always"),
    ],
    "zh": [
        ("不应", "应"),
        ("请勿", "请"),
        ("不要", "要"),
        ("可以不", "可以"),
        ("一般不", "一般"),
        ("就不能", "就能"),
        ("不可以", "可以"),
        ("不能", "能"),
        ("禁止", "可以"),
        ("切勿", "请"),
        ("不推荐", "推荐"),
        ("不建议", "建议"),
        ("不适合", "适合"),
        ("避免", "坚持"),
        ("没有", "有"),
        ("不会", "会"),
        ("不再", "再"),
        ("还没", "已经"),
        ("不", ""),
        ("没", "有"),
    ],
}
_PEOPLE = {
    "en": [
        ("Adults", "Children"),
        ("adults", "children"),
        ("adult", "child"),
        ("Children", "Adults"),
        ("children", "adults"),
        ("Adolescents", "Older adults"),
        ("Teenagers", "Older adults"),
        ("diabetes", "asthma"),
        ("pregnant", "breastfeeding"),
        ("Women", "Men"),
        ("women", "men"),
        ("woman", "man"),
        ("Older people", "Children"),
        ("osteoporosis", "rheumatism"),
        ("past the menopause", "before the menopause"),
        ("fell", "had a stroke"),
        ("Older", "Younger"),
        ("older people", "younger people"),
        ("child", "adult"),
        ("Babies", "Adults"),
        ("baby", "father"),
        ("Teenagers", "Adults"),
        ("teens", "adults"),
        ("mild", "severe"),
        ("severe", "mild"),
        ("chronic", "acute"),
        ("acute", "chronic"),
        ("Acute", "Chronic"),
        ("stable", "unstable"),
        ("Smokers", "Drinkers"),
        ("smoke", "drink alcohol"),
        ("heart failure", "liver failure"),
        ("asthma", "epilepsy"),
        ("high blood pressure", "low blood pressure"),
        ("kidneys", "lungs"),
        ("kidney", "liver"),
        ("stroke", "fracture"),
        ("migraine", "epilepsy"),
        ("depression", "dementia"),
        ("eczema", "psoriasis"),
        ("pneumonia", "tuberculosis"),
        ("back pain", "neck pain"),
        ("breastfeeding", "menopause"),
        ("allergic to penicillin", "allergic to aspirin"),
        ("stomach ulcer", "kidney stone"),
        ("third", "first"),
        ("last", "first"),
        ("untreated", "treated"),
        ("hormonal", "barrier"),
        ("red flags", "fever"),
        ("patients", "relatives"),
    ],
    "zh": [
        ("成人", "儿童"),
        ("老年人", "儿童"),
        ("怀孕", "哺乳"),
        ("糖尿病", "哮喘"),
        ("肾病", "肝病"),
        ("稳定", "加重"),
        ("突然加重", "稳定"),
        ("吸烟", "饮酒"),
        ("过敏", "耐受"),
        ("成年人", "青少年"),
        ("成年", "未成年"),
        ("老人", "儿童"),
        ("孩子", "老人"),
        ("儿童", "成人"),
        ("孕妇", "儿童"),
        ("女性", "男性"),
        ("妈妈", "爸爸"),
        ("母亲", "父亲"),
        ("宝宝", "老人"),
        ("新生儿", "老年人"),
        ("肝硬化", "肺纤维化"),
        ("肾功能", "肝功能"),
        ("肾", "肝"),
        ("癫痫", "偏头痛"),
        ("失眠", "抑郁"),
        ("慢性", "急性"),
        ("严重", "轻度"),
        ("阳性", "阴性"),
        ("双侧", "单侧"),
        ("两侧", "单侧"),
        ("早期", "晚期"),
        ("携带者", "患者"),
        ("蛋白尿", "血尿"),
        ("透析", "化疗"),
        ("4期", "2期"),
        ("睡前", "睡后"),
    ],
}
_REFERENCES = {
    "en": [
        *(" (Smith et al., 2019)", " (see section 14.2)", " (page 212)", " [17]", " (see Table 9)"),
        *(
            " (https://example.org/guide)",
            ", as a study has shown",
            " (doi:10.1000/182)",
            " (Miller and Chen 2021)",
        ),
        *(", according to NICE", " (chapter 12)", " (“every patient has to be told about this in writing”)"),
    ],
    "zh": [
        *(
            "（王伟等，2019）",
            "（见第14章）",
            "（第212页）",
            "[17]",
            "（见表9）",
            "，研究表明如此",
            "（见附录三）",
        ),
        *(
            "（《中华医学杂志》）",
            "（https://example.org/guide）",
            "（“每一位患者都必须签署书面的知情同意书”）",
        ),
    ],
}
_NO_SECTION = {"en": "Economic evaluation", "zh": "卫生经济学评价"}
_NO_QUOTE = {"en": ", as all experts agree.", "zh": "，专家一致同意。"}
_UNFOUNDED: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(
    (Path(__file__).parent / "guidelines" / "sentences" / "unsupported.yaml").read_text("utf-8")
)
_INVENTED = {
    "en": ["warfarin", "atorvastatin", "ibuprofen", "omeprazole", "sertraline", "amoxicillin", "rivaroxaban"],
    "zh": ["布洛芬", "奥美拉唑", "氯吡格雷", "阿莫西林", "缬沙坦", "泼尼松"],
}


def mutate_dose(version: PatientVersion, _: GuidelineRecords, chance: random.Random) -> bool:
    """Ten times the dose."""
    return _rewrite(
        version, chance, lambda text: _NUMBER.sub(lambda n: f"{float(n[0]) * 10:g}", text, count=1)
    )


def mutate_unit(version: PatientVersion, _: GuidelineRecords, chance: random.Random) -> bool:
    """Another unit."""
    swaps = _UNITS[version.language]
    chance.shuffle(swaps := list(swaps))
    return _rewrite(version, chance, lambda text: _swapped(text, swaps))


def mutate_denial(version: PatientVersion, _: GuidelineRecords, chance: random.Random) -> bool:
    """A "not" that is gone."""
    return _rewrite(version, chance, lambda text: _swapped(text, _DENIALS[version.language]))


def mutate_strength(version: PatientVersion, _: GuidelineRecords, chance: random.Random) -> bool:
    """Strong where it was conditional, or the other way round."""
    words = WORDS[version.language]

    def flip(text: str) -> str:
        for grade in read_grades(text, version.language):
            other = Grade("conditional" if grade.strength == "strong" else "strong", grade.direction)
            cue = max((w for w in words[grade] if w.lower() in text.lower()), key=len)
            return re.sub(re.escape(cue), words[other][0], text, count=1, flags=re.IGNORECASE)
        return text

    return _rewrite(version, chance, flip, kind="recommendation")


def mutate_population(version: PatientVersion, _: GuidelineRecords, chance: random.Random) -> bool:
    """For other people."""
    return _rewrite(version, chance, lambda text: _swapped(text, _PEOPLE[version.language]))


def mutate_drug(version: PatientVersion, _: GuidelineRecords, chance: random.Random) -> bool:
    """A drug that the guideline does not know."""
    drug = chance.choice(_INVENTED[version.language])
    added = f" or {drug}." if version.language == "en" else f"，或{drug}。"
    return _rewrite(version, chance, lambda text: text[:-1] + added)


def mutate_warning(version: PatientVersion, _: GuidelineRecords, chance: random.Random) -> bool:
    """A warning left out."""
    warned = [section for section in version.sections if section.sentences[0].kind == "warning"]
    if not warned:
        return False
    version.sections.remove(chance.choice(warned))
    return True


def mutate_support(
    sentences: Mapping[str, Sequence[str]],
    version: PatientVersion,
    records: GuidelineRecords,
    chance: random.Random,
) -> bool:
    """What the source does not say: beside what it says, in its place, unmarked, or under another source."""
    unfounded = chance.choice(sentences[version.language])
    said = chance.choice(list(version.sentences()))
    turn = chance.randrange(4)
    if turn == 0:
        said.text = f"{said.text} {unfounded}" if version.language == "en" else said.text + unfounded
    elif turn == 1:
        version.sections.append(_section(unfounded, said.sources))
    elif turn == 2:
        version.sections.append(_section(unfounded, []))
    else:
        others = sorted(records.sources().keys() - set(said.sources))
        if not others:
            return False
        version.sections.append(_section(said.text, [chance.choice(others)]))
    return True


def _section(text: str, sources: Sequence[str]) -> VersionSection:
    sentence = VersionSentence(id="added", text=text, kind="fact", sources=list(sources))
    return VersionSection(id="added", heading="", sentences=[sentence])


def mutate_reference(version: PatientVersion, records: GuidelineRecords, chance: random.Random) -> bool:
    """A source, section, page, quotation, work or part that is not there."""
    said = chance.choice(list(version.sentences()))
    turn = chance.randrange(5 if records.recommendations else 2)
    if turn == 0:
        said.sources = [*said.sources, chance.choice(["r99", "p77", "r1.c9", "x"])]
    elif turn == 1:
        said.text = said.text[:-1] + chance.choice(_REFERENCES[version.language]) + said.text[-1]
    else:
        record = chance.choice(records.recommendations)
        if turn == 2:
            record.section = _NO_SECTION[version.language]
        elif turn == 3:
            record.page = 40
        else:
            record.quote = record.quote[:-1] + _NO_QUOTE[version.language]
    return True


def mutate_page(_: PatientVersion, records: GuidelineRecords, chance: random.Random) -> bool:
    """A page on which the quotation does not stand."""
    chosen = chance.choice(records.recommendations)
    chosen.page += chance.choice([1, 2, 5])
    return True


def mutations(part: Literal["development", "held_out"] = "development") -> Mapping[str, Mutation]:
    """Every kind by its name; ``part`` names the unfounded sentences that one of them puts in."""
    return {
        "dose x10": mutate_dose,
        "unit swap": mutate_unit,
        "dropped not": mutate_denial,
        "strong <-> conditional": mutate_strength,
        "population swap": mutate_population,
        "invented drug": mutate_drug,
        "removed warning": mutate_warning,
        "wrong page": mutate_page,
        "unsupported sentence": partial(mutate_support, _UNFOUNDED[part]),
        "invented reference": mutate_reference,
    }


def _rewrite(
    version: PatientVersion, chance: random.Random, change: Callable[[str], str], kind: str | None = None
) -> bool:
    """Change one sentence, if there is one that the change applies to."""
    sentences: list[VersionSentence] = [s for s in version.sentences() if kind in (None, s.kind)]
    chance.shuffle(sentences)
    for sentence in sentences:
        changed = change(sentence.text)
        if changed != sentence.text:
            sentence.text = changed
            return True
    return False


def _swapped(text: str, swaps: list[tuple[str, str]]) -> str:
    for old, new in swaps:
        pattern = rf"(?<![A-Za-z]){re.escape(old)}(?![A-Za-z])"
        if re.search(pattern, text):
            return re.sub(pattern, new, text)
    return text
