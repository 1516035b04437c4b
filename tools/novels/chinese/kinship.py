"""What ties Chinese kinship words state."""

_TIES = {
    "spouse": "妻子 丈夫 老婆 老公 媳妇 太太 夫人 爱人 老伴 男人 婆姨",
    "parent": "父亲 母亲 爸爸 妈妈 爸 妈 爹 娘 爹爹 老子 养父 养母 继父 继母 后妈",
    "child": """
        儿子 女儿 闺女 大儿子 小儿子 二儿子 大女儿 小女儿 二女儿 长子 次子 长女 次女
        独子 独女 养子 养女
    """,
    "sibling": """
        哥哥 弟弟 姐姐 妹妹 大哥 二哥 三哥 大姐 二姐 三姐 小妹 小弟 大弟 哥 姐 弟
        妹 兄长 胞兄 胞弟 胞妹 亲哥 亲弟 亲妹 亲姐
    """,
    "relative": """
        叔叔 伯伯 伯父 叔父 舅舅 姑姑 姑妈 姨妈 姨 婶婶 婶子 嫂子 姐夫 妹夫 爷爷
        奶奶 外公 外婆 姥爷 姥姥 祖父 祖母 岳父 岳母 丈人 公公 婆婆 女婿 儿媳
        儿媳妇 孙子 孙女 外孙 外孙女 侄子 侄儿 侄女 外甥 外甥女 表哥 表弟 表姐 表妹
        堂哥 堂弟 堂姐 堂妹 二叔 三叔 大伯 二爸 二伯 小叔 小姨 大姨 小舅子 弟媳
        弟媳妇
    """,
    "friend": "朋友 好友 好朋友 伙伴 知己 闺蜜 同伴 兄弟",
    "teacher": "老师 师傅 师父 导师",
    "student": "学生 徒弟 弟子 徒儿",
    "colleague": "同事 搭档 战友",
    "classmate": "同学 老同学 同桌",
}
#: Each kinship word, and what the person it names is to the other one.
KINSHIP: dict[str, str] = {word: tie for tie, words in _TIES.items() for word in words.split()}

#: Words for two people at once.
COUPLES: dict[str, str] = {
    word: tie
    for tie, words in {
        "spouse": "夫妻 夫妇 两口子 小两口 老两口",
        "sibling": "兄弟 兄妹 姐妹 姐弟 弟兄 姊妹",
        "relative": "父子 母子 母女 父女 叔侄 婆媳",
        "friend": "朋友 好友",
        "colleague": "同事",
        "classmate": "同学",
    }.items()
    for word in words.split()
}
