"""How well translate and subtitles keep what they are given: ``python -m evals.translate --check``.

A model server of our own answers from gold data (oracle): what is lost then, the pipeline loses. With
faults, a film of 1,000 cues. Then every document of DIR/wmt25_terms/md2015, as Markdown and as HTML, whose
structure has to be the same afterwards. With ``--model replay``, what real models wrote is replayed, and only
repairs are gold.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evals.goals import Goals
from evals.graph_run import open_models
from evals.model_server import Answers, model_server
from evals.table import render_table
from evals.translation_faults import KINDS, NUMBERED, UNNUMBERED, Lines, run_with
from evals.translation_gold import Document, GoldTranslator, chrf, read_news, read_reports
from evals.translation_replay import ReplayTranslator, read_replays
from evals.translation_structure import html_skeleton, signature, to_html
from graphs.translate.graph import graph
from tools.llm.chat_models import ChatModels, bind

ORACLE, REPLAY = "oracle", "replay"

_LEAST_CHRF = 99.5
_LEAST_TERMS = 0.99  # of what the gold translations reach themselves
_MOST_UNTRANSLATED = 0.001
_LEAST_RISE = 0.3  # of the share of terms that are translated as they should be
_MOST_LOST = 1.0  # chrF
_MOST_UNREPAIRED = 0.005  # segments that neither the model nor the reference translates by the rules


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the eval; 1 when goals are checked and one is missed."""
    options = _parse(arguments)
    goals = Goals()
    if options.model == REPLAY:
        asyncio.run(_evaluate_replays(options.data, goals))
    parts = (options.only or ["gold", "faults", "structure"]) if options.model == ORACLE else []
    if "gold" in parts:
        asyncio.run(_evaluate_gold(options.data, goals))
    if "faults" in parts:
        asyncio.run(_evaluate_faults(options.cues, goals))
    if "structure" in parts:
        asyncio.run(_evaluate_structure(options.data, goals))
    print(f"\n{goals.verdict}" if options.check else "")
    return 1 if options.check and goals.missed else 0


async def _evaluate_gold(data: Path, goals: Goals) -> None:
    rows: list[list[str]] = []
    reports = read_reports(data)
    for name, documents in (("wmt24_enzh", [read_news(data)]), ("wmt25_terms", reports)):
        results = [await _translate(document) for document in documents]
        hypotheses = [text for texts, _ in results for text in texts]
        references = [text for document in documents for text in document.references]
        score = chrf(hypotheses, references)
        left = sum(figures["untranslated"] for _, figures in results)
        hits = total = ceiling = 0
        for document, (texts, _) in zip(documents, results, strict=True):
            glossary = document.glossary
            own, of = glossary.success(zip(document.sources, texts, strict=True))
            best, _ = glossary.success(zip(document.sources, document.references, strict=True))
            hits, total, ceiling = hits + own, total + of, ceiling + best
        rows.append([name, str(len(hypotheses)), f"{score:.2f}", f"{hits}/{ceiling} of {total}", str(left)])
        goals.at_least(f"chrF {name}", score, _LEAST_CHRF)
        if total:
            goals.at_least(f"terms {name}, of the ceiling", hits / ceiling, _LEAST_TERMS)
    print(render_table(("data", "segments", "chrF", "terms/ceiling", "untranslated"), rows))


async def _evaluate_replays(data: Path, goals: Goals) -> None:
    rows: list[list[str]] = []
    for replay in read_replays(data):
        document = replay.document
        texts, figures = await _translate(document, ReplayTranslator(replay))
        before, after = (_terms(document, answers) for answers in (replay.answers, texts))
        chrf_before, chrf_after = (chrf(answers, document.references) for answers in (replay.answers, texts))
        repaired = sum(text != own for text, own in zip(texts, replay.answers, strict=True))
        rows.append(
            [
                replay.system,
                f"{before:.3f} -> {after:.3f}",
                f"{_terms(document, document.references):.3f}",
                f"{chrf_before:.2f} -> {chrf_after:.2f}",
                f"{repaired} of {len(texts)}",
                str(figures["untranslated"]),
                str(len(figures["flags"])),
            ]
        )
        goals.at_least(f"rise of terms, {replay.system}", after - before, _LEAST_RISE)
        goals.at_least(f"chrF that {replay.system} gains", chrf_after - chrf_before, -_MOST_LOST)
        goals.at_most(
            f"untranslated of {replay.system}", figures["untranslated"] / len(texts), _MOST_UNREPAIRED
        )
    heads = ("replayed", "term success", "of the references", "chrF", "changed", "untranslated", "flagged")
    print(render_table(heads, rows))


def _terms(document: Document, answers: Sequence[str]) -> float:
    done, total = document.glossary.success(zip(document.sources, answers, strict=True))
    return done / total


async def _translate(
    document: Document, translator: Callable[[Any], Any] | None = None
) -> tuple[list[str], dict[str, Any]]:
    """The texts as the graph gives them back, and its figures.

    Args:
        translator: Answers the questions; the references do where it is not given.
    """
    glossary = [{"source": s, "targets": list(targets)} for s, targets in document.terms.items()]
    given = {"text": document.file, "format": "json", "source_language": "en", "glossary": glossary}
    with model_server(Answers.oracle(translator or GoldTranslator(document))) as server:
        result = await _run(given, open_models("openai:oracle", server.openai_url))
    texts: dict[str, str] = json.loads(result["text"])
    return [*texts.values()], result


async def _run(given: dict[str, Any], models: ChatModels) -> dict[str, Any]:
    translating = {"primary": models.choice("primary"), "translate": models.choice("primary")}
    asked: Any = given | {"target_languages": ["zh"]}
    with bind(models.playing(translating)):  # type: ignore[arg-type]
        result: dict[str, Any] = await graph.ainvoke(asked)  # pyright: ignore[reportUnknownMemberType]
    return result["targets"]["zh"]


async def _evaluate_faults(cues: int, goals: Goals) -> None:
    for name, lines in (("numbers", NUMBERED), ("no numbers", UNNUMBERED)):
        print(f"\nA film of {cues} cues with {name} in them, a fifth of the questions failing in one way:")
        await _evaluate_film(name, lines, cues, goals)


async def _evaluate_film(name: str, lines: Lines, cues: int, goals: Goals) -> None:
    reports = [await run_with(kind, cues, lines) for kind in KINDS]
    rows = [
        [r.kind.value, str(r.injected), str(r.untranslated), str(r.unflagged), str(r.silent), str(r.flagged)]
        for r in reports
    ]
    print(render_table(("fault", "played", "untranslated", "unflagged", "silent", "flagged"), rows))
    goals.at_most(f"{name}: films out of place", sum(not report.is_in_place for report in reports), 0)
    goals.at_most(f"{name}: unflagged cues", sum(report.unflagged for report in reports), 0)
    goals.at_most(f"{name}: silently wrong cues", sum(report.silent for report in reports), 0)
    worst = max(report.untranslated for report in reports) / cues
    goals.at_most(f"{name}: untranslated cues of the worst fault", worst, _MOST_UNTRANSLATED)


async def _evaluate_structure(data: Path, goals: Goals) -> None:
    paths = sorted((data / "wmt25_terms" / "md2015").glob("*.md"))
    different: list[str] = []
    with bind(ChatModels({})):
        for path in paths:
            text = path.read_text("utf-8")
            page = to_html(text)
            if signature(await _pseudo(text, "markdown")) != signature(text):
                different.append(path.name)
            if html_skeleton(await _pseudo(page, "html")) != html_skeleton(page):
                different.append(f"{path.name} as HTML")
    print(f"\nStructure of {len(paths)} documents: {len(different)} are different {different or ''}")
    goals.at_most("documents with another structure", len(different), 0)
    goals.at_least("documents", len(paths), 1)


async def _pseudo(text: str, format: str) -> str:
    given: Any = {
        "text": text,
        "format": format,
        "target_languages": ["de"],
        "options": {"offline": "pseudo"},
    }
    result: dict[str, Any] = await graph.ainvoke(given)  # pyright: ignore[reportUnknownMemberType]
    return result["targets"]["de"]["text"]


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", choices=[ORACLE, REPLAY], default=ORACLE, help="who translates")
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder of wmt24_enzh/ and wmt25_terms/"
    )
    parser.add_argument("--cues", type=int, default=1000, help="of the film with faults")
    parser.add_argument("--only", action="append", choices=["gold", "faults", "structure"])
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is missed")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
