"""What the booklet says in its own words, in each language."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from tools.medical.grade import Certainty
from tools.text.language import Language


class Wording(BaseModel):
    """Fixed words; in braces what is filled in."""

    subtitle: str
    scope: str
    flagged: str
    offline: str
    added: str
    grades: Mapping[str, str]  #: By strength and direction: a sign and words.
    grade_meanings: Mapping[str, str]
    certainty: str
    levels: Mapping[Certainty, str]
    separator: str
    legend_heading: str
    tables_heading: str
    table: str
    glossary_heading: str
    colon: str
    no_terms: str
    making_heading: str
    made_from: str
    reviewed: str
    topics: Mapping[str, tuple[str, str]]  #: By part: its heading, and what tells it in a guideline.
    not_reported: str
    not_looked_for: str  #: Without a model: whether the guideline reports it is not known.
    not_found: str  #: Without a model, of what rules look for by fixed words.
    sources_heading: str
    page: str
    disclaimer_heading: str
    disclaimer: str
    no_warnings: str
    no_facts: str
    questions_heading: str
    questions: Sequence[str]


WORDING: Mapping[Language, Wording] = {
    "en": Wording(
        subtitle="A version for patients and the public of: {guideline}",
        scope="For patients, families and carers: what the guideline recommends, in plain words.",
        flagged="Not released: {count} open points. Do not hand this to patients.",
        offline="Made without a language model: the guideline's own words, not plain ones.",
        added="Added, not in the guideline",
        grades={
            "strong for": "✔✔ Strongly recommended",
            "conditional for": "✔ May be right for some",
            "conditional against": "✘ May not be right for most",
            "strong against": "✘✘ Strongly advised against",
        },
        grade_meanings={
            "strong for": "for nearly everybody the benefits are clearly greater than the harms.",
            "conditional for": "the benefits are probably greater; what matters to you counts.",
            "conditional against": "the harms are probably greater; what matters to you counts.",
            "strong against": "for nearly everybody the harms are clearly greater than the benefits.",
        },
        certainty="how sure: {level}",
        levels={"high": "high", "moderate": "moderate", "low": "low", "very low": "very low"},
        separator=" · ",
        legend_heading="What the signs mean",
        tables_heading="Tables and figures from the guideline",
        table="{section}, page {page}",
        glossary_heading="Words explained",
        colon=": ",
        no_terms="It uses no words that need explaining.",
        making_heading="How this was made",
        made_from="Made from {name} (pages: {pages}). A computer wrote it; its sentences name their sources.",
        reviewed="Looked over and decided on by {reviewer}.",
        topics={
            "developers": (
                "Who made the guideline",
                "developed by|guideline (?:panel|group|committee)|on behalf of",
            ),
            "contact": ("Contact", r"contact|correspondence|@"),
            "year": ("Year", r"\b(?:19|20)\d\d\b"),
            "funding": ("Who paid", r"fund(?:ed|ing)|financ|grant"),
            "conflicts": (
                "Conflicts of interest",
                r"conflicts? of interest|competing interests?|disclosures?",
            ),
        },
        not_reported="not reported in the source",
        not_looked_for="not looked for: that takes a language model",
        not_found="none found by fixed words, and no language model looked for it",
        sources_heading="Where it stands in the guideline",
        page="page {page}",
        disclaimer_heading="Please note",
        disclaimer="This does not replace advice from a doctor. Do not start, stop or change a treatment "
        "because of it. In an emergency call your emergency number.",
        no_warnings="Side effects and warning signs: {told}.",
        no_facts="What the condition is: {told}.",
        questions_heading="Questions to ask your doctor",
        questions=(
            "Does this recommendation apply to me?",
            "What are the benefits and the harms for me?",
            "What happens if I do nothing, or wait?",
            "What can I do myself?",
            "When do I have to get help?",
        ),
    ),
    "zh": Wording(
        subtitle="患者与公众版：{guideline}",
        scope="写给患者、家人和照护者。用通俗的话说明指南推荐什么。",
        flagged="未发布：有{count}个未解决的问题。请勿交给患者。",
        offline="未使用语言模型：以下是指南原文，未改写成通俗语言。",
        added="补充内容，指南中没有",
        grades={
            "strong for": "✔✔ 强烈推荐",
            "conditional for": "✔ 可能适合部分人",
            "conditional against": "✘ 可能不适合多数人",
            "strong against": "✘✘ 强烈不推荐",
        },
        grade_meanings={
            "strong for": "对几乎所有人，益处明显大于害处。",
            "conditional for": "益处可能大于害处；要看您在意什么。",
            "conditional against": "害处可能大于益处；要看您在意什么。",
            "strong against": "对几乎所有人，害处明显大于益处。",
        },
        certainty="把握程度：{level}",
        levels={"high": "高", "moderate": "中", "low": "低", "very low": "极低"},
        separator=" · ",
        legend_heading="符号的意思",
        tables_heading="指南中的表格和图",
        table="{section}，第{page}页",
        glossary_heading="名词解释",
        colon="：",
        no_terms="没有需要解释的名词。",
        making_heading="本版如何写成",
        made_from="根据 {name}（共{pages}页）写成。由计算机撰写；每句话的出处列在下面。",
        reviewed="由{reviewer}复核并决定。",
        topics={
            "developers": ("指南制定者", "制定|专家组|工作组|学会"),
            "contact": ("联系方式", "联系|通信作者|@"),
            "year": ("年份", r"(?:19|20)\d\d"),
            "funding": ("资金来源", "资助|经费|基金"),
            "conflicts": ("利益冲突", "利益冲突|利益声明"),
        },
        not_reported="指南未说明",
        not_looked_for="未查找，这需要语言模型",
        not_found="按固定词语没有找到，也没有语言模型查找过",
        sources_heading="在指南中的位置",
        page="第{page}页",
        disclaimer_heading="请注意",
        disclaimer="本文不能代替医生的建议。请勿因此自行开始、停止或改变治疗。遇到紧急情况请拨打急救电话。",
        no_warnings="副作用和危险信号：{told}。",
        no_facts="疾病是什么：{told}。",
        questions_heading="可以问医生的问题",
        questions=(
            "这条推荐适用于我吗？",
            "对我有什么益处和害处？",
            "如果什么都不做或者再等等，会怎样？",
            "我自己能做什么？",
            "什么时候必须就医？",
        ),
    ),
}
