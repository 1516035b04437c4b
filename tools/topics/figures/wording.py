"""What stands beside the axes, in the language of a report."""

from tools.text.language import Language

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "probability": "probability of the word in the topic",
        "share": "mean share of documents, 95 % interval",
        "word_share": "share of the topic's words in the period",
        "distance": "Jensen-Shannon distance of the words, average linkage",
        "first": "first principal component ({percent:.1f} % of variance)",
        "second": "second principal component ({percent:.1f} % of variance)",
        "count": "number of topics (dotted: chosen)",
    },
    "zh": {
        "probability": "词在主题中的概率",
        "share": "文档平均占比（95% 置信区间）",
        "word_share": "该时期主题词中的占比",
        "distance": "词分布的 Jensen-Shannon 距离，平均连接法",
        "first": "第一主成分（解释方差 {percent:.1f}%）",
        "second": "第二主成分（解释方差 {percent:.1f}%）",
        "count": "主题数（虚线：所选）",
    },
}
