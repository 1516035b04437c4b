"""What Chinese names are made of."""

from tools.novels.chinese.word_lists import letters, words
from tools.novels.types import Gender

SURNAMES = letters(
    """
    王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛
    叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔
    贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁
    时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴
    华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁
    商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明
    沙伏岑习胥保和蔺水云昌凤酆皮元平湛禹狄贝茅闻粟骆
    """
)
# Surnames that are everyday words as well: what follows them is a name only on better evidence.
WEAK_SURNAMES = letters(
    """
    于何方石万文安常向时成全位单都和水平来应明关连原台官计保木花冷强解路管银乐简包宁华车房边谈扬元云
    练沙高白黄金马牛从有那易左
    """
)
# Of these, the ones that so often stand before a title as other words that the pair names nobody.
NO_SURNAMES_BEFORE_TITLES = letters("和向于从有都来同连那时成常应全单")
COMPOUND_SURNAMES = words(
    """
    欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 夏侯 独孤 南宫
    端木 西门 东郭 百里 呼延 轩辕 完颜 耶律 拓跋 赫连 澹台 公冶 太史 申屠 闻人 钟离 濮阳
    """
)

MALE_TITLES = words(
    """
    先生 大爷 大伯 大叔 大哥 老爷 公子 少爷 老汉 老头 叔 伯 爷 哥 叔叔 伯伯 爷爷 老弟
    兄 和尚 道长 将军 相公 员外 师兄 师弟
    """
)
FEMALE_TITLES = words(
    """
    太太 小姐 女士 夫人 大妈 大娘 大嫂 大姐 阿姨 婶 婶子 嫂 嫂子 姐 妈 姨 姑 奶奶 婆婆
    老太太 姑娘 妹 妹子 姐姐 妹妹 婆 氏 师姐 师妹
    """
)
OFFICE_TITLES = words(
    """
    师傅 书记 老师 医生 大夫 队长 主任 部长 县长 局长 处长 班长 排长 连长 营长 团长 师长
    司令 院长 厂长 站长 科长 所长 村长 乡长 镇长 区长 市长 省长 专员 秘书 秘书长 经理
    总经理 老板 掌柜 校长 教授 博士 律师 法官 警官 探长 会计 支书 干事 副书记 副主任
    副局长 副县长 副部长 副厂长 副校长 副经理 副市长 副省长 总监 董事长 助理 编辑 记者 导演
    工程师 教练 船长 机长 护士 护士长 政委 参谋 司机 总 捕头 捕快 大人 大侠 掌门 长老
    真人 神医 丞相 太医 师父 同学 同志 院士 主席 总理 总统 组长
    股长
    """
)
TITLES: dict[str, Gender] = {
    **dict.fromkeys(OFFICE_TITLES, "unknown"),
    **dict.fromkeys(MALE_TITLES, "male"),
    **dict.fromkeys(FEMALE_TITLES, "female"),
}
# Kinship words that a number or 大/小/老 turns into a name: 「二叔」, 「三姨」, 「大舅」.
KIN_NAMES: dict[str, Gender] = {
    **dict.fromkeys(words("叔 伯 舅 爷 哥 爹 爸 弟 姑父 姨父 姐夫 叔公 舅舅 老爷 少爷 师兄 师弟"), "male"),
    **dict.fromkeys(
        words("婶 姨 姑 娘 妈 嫂 姐 妹 奶奶 舅妈 太太 小姐 丫头 姨太太 师姐 师妹 姑娘"), "female"
    ),
}

# Characters that given names do not hold, though they often stand after a name.
NEVER_IN_NAMES = letters(
    """
    的了着过吗呢吧啊呀嘛哩么说道问答喊叫嚷骂讲是在不没也又就都却便还再已很太最更把被对给让使和跟与同
    或而但且因所以为若如则虽我你您他她它们咱俺谁啥这那哪此其某每各个位些件条只次回下去到从往向想看见
    听笑哭走站坐跑吃喝拿睡躺忙急即刚正将要会能可得地里上前后左右间内外边旁面两几十百千半多少打开关怎
    什何于由比并
    """
) - frozenset("少上和正可千同为向开前")
# Characters with which foreign names are written.
TRANSLITERATION = letters(
    """
    阿埃艾安昂奥巴班邦保鲍贝本比彼毕别宾波勃伯博布查茨达戴丹道德登邓迪蒂丁东杜顿多厄恩尔法凡菲费芬佛
    弗夫福盖甘冈戈哥格葛根古哈海汉豪赫亨华霍基吉加贾简杰金卡凯坎康考柯科克肯孔库昆拉莱兰朗劳勒雷里莉
    李利丽列林琳龙鲁路露伦罗洛马玛麦迈曼梅门蒙孟米密敏莫墨默姆穆纳奈南内妮尼娜宁诺欧帕潘庞佩彭皮珀普
    奇乔琼丘让热日荣瑞若撒萨塞桑森瑟沙莎山珊尚绍圣施史斯丝苏索所塔泰坦汤唐陶特滕提廷图托陀瓦万旺威薇
    韦维魏温文沃乌伍武西希席夏谢辛休许雪雅亚扬耶叶依伊英尤约泽扎詹珍芝朱兹茱朵黛蕾妲烈切代锡佐娃得摄赛思舒翰逊
    """
)
NEVER_LAST = letters(
    """
    知以中时候天心头手身话声眼脸家人者们样种间些年月日点口气力色物街路市县村省州镇乡院校厂局党社站台
    厅室楼店矿
    """
)
FAMILIAR_PREFIXES = frozenset("老小阿")
RANKS = frozenset("大二三四五六七八九老小")
# Words that the dictionary lists as names but that stand for nobody.
NOT_NAMES = words(
    """
    谢谢 阿弥陀佛 老天爷 老天 阿姨 师傅 天哪 老乡 小时 老是 小心 老大 老家 小小 大爷 大哥
    大姐 大妈
    """
)
# Suffixes that a given name takes: 「润叶姐」, 「福堂叔」.
KIN_SUFFIXES: dict[str, Gender] = {
    **dict.fromkeys(words("哥 叔 伯 爷 弟 大哥 大叔 大爷"), "male"),
    **dict.fromkeys(words("姐 嫂 婶 姨 妹 奶 妈 大姐 嫂子 大嫂 阿姨 妹子"), "female"),
}
