"""Sixty requests to the assistant, in English and Chinese, with the job and the arguments that are meant."""

from dataclasses import dataclass, field
from typing import Any, Literal

FileName = Literal["film.srt", "novel.txt", "guideline.md", "letter.md"]

FILES: dict[FileName, str] = {
    "film.srt": "1\n00:00:01,000 --> 00:00:03,000\nGood morning.\n",
    "novel.txt": "“Good morning,” said Ada. “Sit down,” said Tom.\n",
    "guideline.md": "# Asthma in adults\n\nWe recommend inhaled steroids for adults with asthma.\n",
    "letter.md": "# A letter\n\nThe ship sails at noon.\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One request."""

    says: str
    job: str | None  #: None: something is missing, so it has to be asked for.
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])  #: Without the file's id.
    file: FileName | None = None


def _text(says: str, text: str, *targets: str, source: str | None = None) -> Wish:
    arguments: dict[str, Any] = {"text": text, "target_languages": list(targets)}
    return Wish(
        says=says, job="translate", arguments=arguments | ({"source_language": source} if source else {})
    )


def _file(says: str, job: str, file: FileName, *targets: str) -> Wish:
    return Wish(
        says=says, job=job, file=file, arguments={"target_languages": list(targets)} if targets else {}
    )


def _missing(says: str) -> Wish:
    return Wish(says=says, job=None)


WISHES = (
    _text('Translate "The ship sails at noon." into German.', "The ship sails at noon.", "de"),
    _text('Please put "Where is the station?" into French and Spanish', "Where is the station?", "fr", "es"),
    _text('How do you say "I am a doctor, not a poet" in Chinese?', "I am a doctor, not a poet", "zh"),
    _text(
        'Translate from English to Japanese: "Thank you for waiting."',
        "Thank you for waiting.",
        "ja",
        source="en",
    ),
    _text('Translate "She speaks German" into Italian', "She speaks German", "it"),
    _text('I need "Keep off the grass" in Russian, please', "Keep off the grass", "ru"),
    _text("Translate to Korean: Dinner is ready.", "Dinner is ready.", "ko"),
    _text('Translate "No smoking" into Arabic and Portuguese', "No smoking", "ar", "pt"),
    _file("Translate this letter into Chinese", "translate", "letter.md", "zh"),
    _file("Translate the attached document to French and German", "translate", "letter.md", "fr", "de"),
    _file("Put these subtitles into Chinese", "subtitles", "film.srt", "zh"),
    _file("I need these captions in Spanish and French", "subtitles", "film.srt", "es", "fr"),
    _file("Into German, please", "subtitles", "film.srt", "de"),
    _file("Translate the subtitle file to Japanese", "subtitles", "film.srt", "ja"),
    _file("Who are the characters in this novel?", "characters", "novel.txt"),
    _file("Tell me who speaks which line", "characters", "novel.txt"),
    _file("Find the characters and how they are related", "characters", "novel.txt"),
    _file("Make a version of this guideline for patients", "guideline", "guideline.md"),
    _file("Our patients should understand this guideline", "guideline", "guideline.md"),
    Wish(
        says="Who speaks in this novel: “Hello,” said Ada. “Good day,” said Tom.",
        job="characters",
        arguments={"text": "“Hello,” said Ada. “Good day,” said Tom."},
    ),
    _missing("Translate something for me"),
    _missing('Translate "The tide is low"'),
    _missing("I want subtitles in French"),
    _missing("Can you work on my novel's characters?"),
    _missing("Make a guideline readable"),
    _missing("I have a film that needs German subtitles"),
    _missing("hello"),
    _missing("What can you do?"),
    _missing("Translate my letter to Spanish"),
    _missing("Please help"),
    _text("把“船中午启航。”翻译成英文", "船中午启航。", "en"),
    _text("请将“请问车站在哪里？”译成法语和德语", "请问车站在哪里？", "fr", "de"),
    _text("翻译成日语：谢谢您的等待。", "谢谢您的等待。", "ja"),
    _text("从中文翻译成英语：“禁止吸烟”", "禁止吸烟", "en", source="zh"),
    _text("“我是医生”用西班牙语怎么说？翻译一下", "我是医生", "es"),
    _text("把“晚饭好了，快来吃”翻译成韩语", "晚饭好了，快来吃", "ko"),
    _text("请把“她会说德语”翻译成意大利语", "她会说德语", "it"),
    _text("翻译成俄语和阿拉伯语：“请勿踩踏草地”", "请勿踩踏草地", "ru", "ar"),
    _text("译成英文：今天天气很好。", "今天天气很好。", "en"),
    _file("把这封信翻译成中文", "translate", "letter.md", "zh"),
    _file("请把附件翻译成法语和西班牙语", "translate", "letter.md", "fr", "es"),
    _file("把这个字幕翻译成中文", "subtitles", "film.srt", "zh"),
    _file("字幕要日语和韩语", "subtitles", "film.srt", "ja", "ko"),
    _file("译成德语", "subtitles", "film.srt", "de"),
    _file("请把字幕文件翻成法语", "subtitles", "film.srt", "fr"),
    _file("这部小说里有哪些人物？", "characters", "novel.txt"),
    _file("找出每句话是哪个角色说的", "characters", "novel.txt"),
    _file("分析小说的人物关系", "characters", "novel.txt"),
    _file("把这份指南改写成患者版", "guideline", "guideline.md"),
    _file("让患者看懂这份指南", "guideline", "guideline.md"),
    Wish(
        says="小说里谁在说话：“你好。”玛丽说。“再见！”汤姆喊道。",
        job="characters",
        arguments={"text": "“你好。”玛丽说。“再见！”汤姆喊道。"},
    ),
    _missing("帮我翻译"),
    _missing("把“潮水退了”翻译一下"),
    _missing("我要法语字幕"),
    _missing("帮我看看小说人物"),
    _missing("做一个患者版指南"),
    _missing("视频要加德语字幕"),
    _missing("你好"),
    _missing("你会做什么？"),
    _missing("把我的信译成西班牙语"),
)
