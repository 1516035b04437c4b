"""Models that label topics: one that knows the gold labels, and one that means harm."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from evals.topics_data import Labelled

_LONGEST = 200  # characters of a quotation


class OracleLabeller:
    """Names a topic by the gold label of most of the documents that it is shown, and merges equal names."""

    def __init__(self, gold: Labelled) -> None:
        self._labels = {text[:_LONGEST]: label for text, label in zip(gold.texts, gold.labels, strict=True)}

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one question; its fields tell which kind it is."""
        return self._merges(data) if "topics" in data else self._label(data)

    def _label(self, data: Mapping[str, Any]) -> dict[str, Any]:
        gold = Counter(self._labels[one["text"][:_LONGEST]] for one in data["documents"])
        label = min(gold, key=lambda name: (-gold[name], name))
        if label in data["taken"]:
            label = f"{label} ({data['topic']})"
        quotes = [{"document": one["id"], "quote": one["text"][:_LONGEST]} for one in data["documents"][:3]]
        return {"label": label, "description": f"Bills on {label}.", "quotes": quotes}

    def _merges(self, data: Mapping[str, Any]) -> dict[str, Any]:
        alike: dict[str, list[int]] = defaultdict(list)
        for topic in data["topics"]:
            alike[topic["label"].split(" (")[0]].append(topic["id"])
        merges = [
            {"topics": ids, "label": label, "reason": "the same policy area"}
            for label, ids in alike.items()
            if len(ids) > 1
        ]
        return {"merges": merges}


class AdversarialLabeller:
    """Invents quotations, and merges whatever it can, neighbours first."""

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one question."""
        if "topics" in data:
            ids = [topic["id"] for topic in data["topics"]]
            pairs = zip(ids[::2], ids[1::2], strict=False)
            return {"merges": [{"topics": list(pair), "label": "All", "reason": "alike"} for pair in pairs]}
        quotes = [
            {"document": data["documents"][0]["id"], "quote": "Words that nobody has ever written here."},
            {"document": data["documents"][0]["id"], "quote": data["documents"][0]["text"][:40]},
        ]
        return {"label": f"Nonsense {data['topic']}", "description": "Nothing.", "quotes": quotes}
