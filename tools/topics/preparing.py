"""From a table to a corpus: cleaned, counted, and every choice on the way told."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.errors import InvalidInput
from tools.topics.cleaning import Cleaning, Tokenizer, language_of, refuse_empty
from tools.topics.columns import MOST_GROUPS, Columns
from tools.topics.corpus import MISSING, Corpus
from tools.topics.duplicates import find_duplicates
from tools.topics.masking import mask
from tools.topics.remarks import Remark
from tools.topics.tables.table import Table
from tools.topics.times import Moment, Period, fitting_period, read_moment

LEAST_DOCUMENTS = 5  # below them nothing is a pattern
FEW_DOCUMENTS = 50  # below them results are a trial
OTHER = "(other)"

_LEAST_WORDS = 10  # of the vocabulary
_LEAST_DATED = 0.5  # share of documents with a date, below which time is left alone
_SHORT = 15  # words on average, below which texts are short

Tell = Callable[[int, int], None]
"""Called with how many steps are done, and of how many."""


def prepare(
    table: Table, columns: Columns, cleaning: Cleaning, period: Period | None, tell: Tell
) -> tuple[Corpus, list[Remark]]:
    """The corpus, and what a person has to know of it.

    Args:
        table: What was read.
        columns: What its columns are for.
        cleaning: How texts become words.
        period: How time is cut; None: by its span.
        tell: Hears of rows that are done.

    Raises:
        InvalidInput: "empty_input", "too_few_documents", "too_few_words", or an unsupported language.
    """
    texts, remarks = _masked(table.columns[columns.text], cleaning)
    refuse_empty(texts)
    language = cleaning.language or language_of(texts)
    if language == "mixed":
        message = (
            "Texts are in Chinese and in English; each is taken apart in its own way, and topics may part "
        )
        remarks.append(Remark(code="mixed_languages", message=f"{message}by language."))
    words, ids, starts = _tokenized(texts, Tokenizer(cleaning, language), tell)
    rows, row_documents = _documents(ids, starts, cleaning, remarks)
    kept = _vocabulary(ids, starts, rows, len(words), cleaning)
    if len(kept) < _LEAST_WORDS:
        raise InvalidInput(
            f"only {len(kept)} words occur in enough texts ({len(words)} different ones are there)",
            hint="Send more or longer texts, or lower cleaning.least_documents.",
            code="too_few_words",
        )
    corpus = _corpus(texts, words, ids, starts, rows, row_documents, kept)
    times, time_remarks, cut = _times(table, columns, corpus.rows, period)
    groups, group_remarks = _groups(table, columns, corpus.rows)
    labels = None
    if columns.label is not None:
        labels = _cells(table, columns.label, corpus.rows)
    remarks += [*time_remarks, *group_remarks]
    facts = _facts(table, columns, cleaning, corpus, language, cut)
    return (
        Corpus(
            words=corpus.words,
            ids=corpus.ids,
            starts=corpus.starts,
            texts=corpus.texts,
            rows=corpus.rows,
            row_documents=corpus.row_documents,
            times=times,
            groups=groups,
            labels=labels,
            facts=facts,
        ),
        remarks,
    )


def _masked(texts: Sequence[str], cleaning: Cleaning) -> tuple[list[str], list[Remark]]:
    if not cleaning.mask_personal_data:
        return list(texts), []
    pairs = [mask(text) for text in texts]
    count = sum(found for _, found in pairs)
    message = f"{count} addresses and numbers were masked; names of people are not found."
    return [text for text, _ in pairs], [Remark(code="masked", message=message)]


def _tokenized(
    texts: Sequence[str], tokenizer: Tokenizer, tell: Tell
) -> tuple[list[str], NDArray[np.int32], NDArray[np.int64]]:
    """All different words, sorted, and each text as their numbers."""
    numbers: dict[str, int] = {}
    ids = array("i")
    starts = [0]
    step = max(1, len(texts) // 100)
    for at, text in enumerate(texts):
        ids.extend([numbers.setdefault(word, len(numbers)) for word in tokenizer.words(text)])
        starts.append(len(ids))
        if at % step == 0:
            tell(at, len(texts))
    tell(len(texts), len(texts))
    words = sorted(numbers)
    order = np.empty(len(words), dtype=np.int32)
    for place, word in enumerate(words):
        order[numbers[word]] = place
    return words, order[np.frombuffer(ids, dtype=np.int32)], np.array(starts, dtype=np.int64)


def _documents(
    ids: NDArray[np.int32], starts: NDArray[np.int64], cleaning: Cleaning, remarks: list[Remark]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows that become documents, and of each row its document's place among them; -1: no words."""
    lengths = np.diff(starts)
    first = find_duplicates(ids, starts) if cleaning.drop_duplicates else np.arange(len(lengths))
    rows = np.flatnonzero((lengths > 0) & (first == np.arange(len(lengths))))
    if empty := int((lengths == 0).sum()):
        message = f"{empty} of {len(lengths)} texts hold no word that counts; they have no topics."
        remarks.append(Remark(code="empty_texts", message=message))
    if repeated := int((first != np.arange(len(lengths))).sum()):
        message = f"{repeated} texts nearly repeat another one; they are counted once, and share its topics."
        remarks.append(Remark(code="duplicates", message=message))
    if len(rows) < LEAST_DOCUMENTS:
        are_equal = f" ({len(lengths)} rows, {repeated} of them repetitions)"
        raise InvalidInput(
            f"there are {len(rows)} different texts with words{are_equal}; {LEAST_DOCUMENTS} are the least",
            hint="Send 50 texts for a trial, 500 for results.",
            code="too_few_documents",
        )
    if len(rows) < FEW_DOCUMENTS:
        message = (
            f"There are {len(rows)} texts. Take the topics as a trial: {FEW_DOCUMENTS} are few, 500 will do."
        )
        remarks.append(Remark(code="few_documents", message=message))
    places = np.full(len(lengths), -1, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    return rows, np.where(lengths > 0, places[first], -1)


def _vocabulary(
    ids: NDArray[np.int32], starts: NDArray[np.int64], rows: NDArray[np.int64], words: int, cleaning: Cleaning
) -> NDArray[np.int64]:
    """The words that stay: in enough documents, in not too many; of too many words the most frequent ones."""
    frequency = np.zeros(words, dtype=np.int64)
    for row in rows.tolist():
        frequency[np.unique(ids[starts[row] : starts[row + 1]])] += 1
    least = cleaning.least_documents or _least_documents(len(rows))
    most = max(least, cleaning.most_documents * len(rows))
    kept = np.flatnonzero((frequency >= least) & (frequency <= most))
    if len(kept) > cleaning.most_words:
        order = np.lexsort((kept, -frequency[kept]))
        kept = np.sort(kept[order[: cleaning.most_words]])
    return kept


def _least_documents(documents: int) -> int:
    return next(
        (least for most, least in ((50, 1), (500, 2), (2000, 3), (20_000, 5)) if documents < most), 10
    )


def _corpus(
    texts: Sequence[str],
    words: Sequence[str],
    ids: NDArray[np.int32],
    starts: NDArray[np.int64],
    rows: NDArray[np.int64],
    row_documents: NDArray[np.int64],
    kept: NDArray[np.int64],
) -> Corpus:
    """The documents in words of the vocabulary; those that none is left of are documents no longer."""
    places = np.full(len(words), -1, dtype=np.int32)
    places[kept] = np.arange(len(kept))
    parts = [places[ids[starts[row] : starts[row + 1]]] for row in rows.tolist()]
    parts = [part[part >= 0] for part in parts]
    alive = np.array([len(part) > 0 for part in parts])
    renumbered = np.where(alive, np.cumsum(alive) - 1, -1)
    kept_parts = [part for part in parts if len(part)]
    if len(kept_parts) < LEAST_DOCUMENTS:
        raise InvalidInput(
            f"only {len(kept_parts)} texts hold words that other texts hold, too",
            hint="Send more or longer texts, or lower cleaning.least_documents.",
            code="too_few_words",
        )
    return Corpus(
        words=tuple(words[int(word)] for word in kept),
        ids=np.concatenate(kept_parts),
        starts=np.concatenate([[0], np.cumsum([len(part) for part in kept_parts])]).astype(np.int64),
        texts=[texts[int(row)] for row in rows[alive]],
        rows=rows[alive],
        row_documents=np.where(row_documents >= 0, renumbered[row_documents], -1),
    )


def _times(
    table: Table, columns: Columns, rows: NDArray[np.int64], period: Period | None
) -> tuple[tuple[str, ...] | None, list[Remark], Period | None]:
    if columns.time is None:
        return None, [], None
    moments = [read_moment(value) for value in _cells(table, columns.time, rows)]
    known = [moment for moment in moments if moment is not None]
    without = len(moments) - len(known)
    if len(known) < _LEAST_DATED * len(moments):
        message = (
            f"{without} of {len(moments)} texts have no date in {columns.time!r}: nothing is said of time."
        )
        return None, [Remark(code="too_few_dates", message=message)], None
    cut = period or fitting_period(known)
    times = tuple((moment.period(cut) if moment else None) or MISSING for moment in moments)
    remarks: list[Remark] = []
    if missing := times.count(MISSING):
        message = f"{missing} texts have no date, or none as fine as a {cut}; trends leave them out."
        remarks.append(Remark(code="missing_dates", message=message))
    if cut != "year" and _are_ambiguous(known):
        message = f"Dates in {columns.time!r} such as 3/4/2024 are read with the month first."
        remarks.append(Remark(code="ambiguous_dates", message=message))
    if len(set(times) - {MISSING}) < 2:
        message = f"All texts fall into one {cut}: nothing is said of time."
        return None, [Remark(code="one_period", message=message)], None
    return times, remarks, cut


def _cells(table: Table, column: str, rows: NDArray[np.int64]) -> tuple[str, ...]:
    values = table.columns[column]
    return tuple(values[int(row)].strip() or MISSING for row in rows)


def _are_ambiguous(moments: Sequence[Moment]) -> bool:
    return any(moment.is_ambiguous for moment in moments)


def _groups(
    table: Table, columns: Columns, rows: NDArray[np.int64]
) -> tuple[dict[str, tuple[str, ...]], list[Remark]]:
    groups: dict[str, tuple[str, ...]] = {}
    remarks: list[Remark] = []
    for name in columns.groups:
        values = _cells(table, name, rows)
        sizes = Counter(value for value in values if value != MISSING)
        if len(sizes) < 2:
            message = f"{name!r} has one value: there is nothing to compare."
            remarks.append(Remark(code="one_group", message=message))
            continue
        if len(sizes) > MOST_GROUPS:
            largest = {
                value for value, _ in sorted(sizes.items(), key=lambda s: (-s[1], s[0]))[: MOST_GROUPS - 1]
            }
            values = tuple(v if v in largest or v == MISSING else OTHER for v in values)
            message = (
                f"{name!r} has {len(sizes)} groups; the {MOST_GROUPS - 1} largest are compared, "
                f"the others together as {OTHER!r}."
            )
            remarks.append(Remark(code="too_many_groups", message=message))
        groups[name] = values
    return groups, remarks


def _facts(
    table: Table, columns: Columns, cleaning: Cleaning, corpus: Corpus, language: str, period: str | None
) -> dict[str, Any]:
    digest = hashlib.sha256()
    for name, values in table.columns.items():
        digest.update(name.encode())
        for value in values:
            digest.update(b"\x1f" + value.encode("utf-8", "surrogatepass"))
    lengths = np.diff(corpus.starts)
    return {
        "data_sha256": digest.hexdigest(),
        "rows": table.rows,
        "documents": corpus.documents,
        "vocabulary": len(corpus.words),
        "words": len(corpus.ids),
        "mean_length": round(float(lengths.mean()), 2),
        "is_short": bool(lengths.mean() < _SHORT),
        "language": language,
        "columns": columns.model_dump(mode="json"),
        "cleaning": cleaning.model_dump(mode="json"),
        "period": period,
    }
