"""Whole scenes through the pack: who is in them, under which names, and who says each line."""

import pytest

from tools.novels import chinese
from tools.novels.quotations import find_spans
from tools.novels.types import Cast

# The scenes are written for these tests, but for the last one.
REPAIR_SHOP = """沈家巷的修表铺开了三十年，铺主姓沈，叫沈怀远。

这天下午，柳月琴推门进来，把一只旧怀表放在柜台上。

“沈师傅，你看看，它还走得动吗？”柳月琴问。

沈怀远戴上放大镜，看了好一会儿，说：“机芯没坏，只是油干了。”

“要多少钱？”

“五块。”

“这么便宜？”她笑了，“那我把家里的挂钟也抱来。”

月琴刚要走，里屋的帘子一掀，小学徒阿贵探出头来。阿贵喊道：“师傅，水开了！”

“先泡茶。”沈怀远头也不抬。

“月琴姐，喝碗茶再走吧。”阿贵说。

“不了，”柳月琴摆摆手，“怀远，钟我明天送来。”

他妹妹沈玉兰从后院走进来，手里端着一盘花生。

沈玉兰看着门口，轻声问：“哥，刚才那人是谁？”

“柳月琴。”沈怀远说，“你小时候见过她。”
"""
FERRY = """那年我十二岁，跟着船工宋大勇在渡口过夏天。我不会游泳，我怕水。

“上船！”宋大勇冲我喊。

我站在石阶上，一步也不敢动。

“我不去。”我说。

宋大勇笑起来，露出一口白牙。“胆小鬼，水又不吃人。”

我低下头，看着自己的脚。河面上“扑通”一声，不知是谁家的鸭子。

过了一会儿，田寡妇的女儿田巧珍跑了过来。她喘着气问：“大勇叔，我爹的信到了没有？”

“还没到。”宋大勇摇摇头，“明天再来看看吧。”

田巧珍看看我，又看看船。

“你怎么不上去？”她问。

我的脸一下子红了。“我……我等船稳了再上。”

巧珍把手伸给我，说：“来，我拉着你。”
"""
POLICE = """欧阳锐把卷宗扔在桌上。
「人呢？」
罗素梅没有抬头。
「跑了。」
「什么时候？」
「昨天夜里，从后窗跑的。」罗素梅说。
欧阳锐走到窗前，盯着那道泥印。
「你看过这个没有？」
「看过，四十二码的鞋。」
「素梅，通知车站。」
「是，欧阳队长。」罗素梅抓起电话。
电话那头是铁路派出所的老鲁。老鲁问：「要拦哪一趟车？」
「所有去省城的车。」罗素梅说。
老鲁叹了口气：「那可得加人手。」
欧阳锐接过电话，说：「老鲁，人手我给你。」
"""
BORDER = """火车停在边境的小站上。安德烈·索林走下车厢，抖了抖大衣上的雪。

“您就是索林先生？”站长问。

“是我。”安德烈说，“玛莎到了吗？”

“玛莎·索林娜小姐昨天就到了。”站长指了指候车室，“她在里面等您。”

玛莎站了起来。“哥哥！”玛莎喊道，“我还以为你不来了。”

安德烈抱住妹妹，久久没有说话。
"""
# Lu Xun, 孔乙己 (1919), public domain.
KONG_YIJI = (
    "孔乙己一到店，所有喝酒的人便都看着他笑，有的叫道，“孔乙己，你脸上又添上新伤疤了！”他不回答，对柜里说，"
    "“温两碗酒，要一碟茴香豆。”便排出九文大钱。"
)

CASTS = {
    "repair shop": (
        REPAIR_SHOP,
        [{"沈怀远", "怀远"}, {"柳月琴", "月琴姐"}, {"阿贵"}, {"沈玉兰"}],
    ),
    "ferry": (FERRY, [{"我"}, {"宋大勇", "大勇叔"}, {"田巧珍", "巧珍"}]),
    "police": (POLICE, [{"欧阳锐", "欧阳队长"}, {"罗素梅", "素梅"}, {"老鲁"}]),
    "border": (BORDER, [{"安德烈·索林", "安德烈", "索林先生"}, {"玛莎", "玛莎·索林娜小姐"}]),
    "lu xun": (KONG_YIJI, [{"孔乙己"}]),
}
SPEAKERS = {
    "repair shop": (
        REPAIR_SHOP,
        "柳月琴 沈怀远 柳月琴 沈怀远 柳月琴 柳月琴 阿贵 沈怀远 阿贵 柳月琴 柳月琴 沈玉兰 沈怀远 沈怀远",
    ),
    "ferry": (FERRY, "宋大勇 我 宋大勇 田巧珍 宋大勇 宋大勇 田巧珍 我 田巧珍"),
    "police": (
        POLICE,
        "欧阳锐 罗素梅 欧阳锐 罗素梅 欧阳锐 罗素梅 欧阳锐 罗素梅 老鲁 罗素梅 老鲁 欧阳锐",
    ),
    "border": (BORDER, "- 安德烈·索林 安德烈·索林 - - 玛莎 玛莎"),
    "lu xun": (KONG_YIJI, "- 孔乙己"),
}


def read_cast(text: str) -> Cast:
    spans = find_spans(text, chinese.language)
    return chinese.build_cast(text, spans, chinese.find_names(text, spans))


@pytest.mark.parametrize(("text", "people"), CASTS.values(), ids=CASTS)
def test_the_cast_holds_each_person_once_under_all_names(text: str, people: list[set[str]]) -> None:
    found = [set(character.aliases) for character in read_cast(text).characters]

    assert sorted(map(sorted, found)) == sorted(map(sorted, people))


@pytest.mark.parametrize(("text", "speakers"), SPEAKERS.values(), ids=SPEAKERS)
def test_each_line_goes_to_its_speaker(text: str, speakers: str) -> None:
    """A dash stands for somebody outside the cast."""
    spans = find_spans(text, chinese.language)
    cast = read_cast(text)
    names = {character.id: character.canonical_name for character in cast.characters}

    found = [a.speaker_id for a in chinese.attribute(text, spans, cast)]

    assert [names[speaker] if speaker else "-" for speaker in found] == speakers.split()


def test_the_narrator_is_the_one_who_says_i_in_the_narration() -> None:
    narrators = [c.canonical_name for c in read_cast(FERRY).characters if c.is_narrator]

    assert narrators == ["我"]


def test_a_story_in_the_third_person_has_no_narrator() -> None:
    assert not any(character.is_narrator for character in read_cast(REPAIR_SHOP).characters)


def test_genders_come_from_titles_pronouns_and_given_names() -> None:
    genders = {c.canonical_name: c.gender for c in read_cast(REPAIR_SHOP + FERRY + BORDER).characters}

    assert genders["柳月琴"] == "female"
    assert genders["宋大勇"] == "male"
    assert genders["安德烈·索林"] == "male"


def test_every_mention_lies_where_it_says() -> None:
    for character in read_cast(POLICE).characters:
        for mention in character.mentions:
            assert POLICE[mention.start : mention.end] == mention.surface
