"""From files of labelled texts to encoded texts and labels, with a report of what was done.

Checked by `tests/data/texts/test_prepare.py`.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ...config.classify import ClassifyDataConfig
from ...errors import DataError
from ..given import given
from ..hashes import fingerprint
from ..prepared import Prepared
from ..seen import row_numbers, sketch
from ..tables.roles import AUTO, NONE, Selection
from ..tables.splits import by_group, by_split
from ..unknown import MOST, extended_line
from ..vocabulary import SPECIALS, UNK
from .batches import TextSet
from .labelled import Labelled, TextColumns, labelled_table, split_by_class
from .limits import learn_reader
from .reader import TextReader, guess_text_level, pretokenize

MOST_SHOWN = 10  # labels named in the report
RARE = 0.1  # share of the texts below which a class is called rare


@dataclass(frozen=True, kw_only=True)
class PreparedTexts(Prepared):
    """Data as training wants them.

    Attributes:
        train: Encoded training texts.
        valid: Encoded validation texts.
        reader: From text to numbers.
        labels: The classes, in the order of their numbers.
        columns: Where text and label stood.
        min_count: Rarer symbols are read as unknown.
    """

    train: TextSet
    valid: TextSet
    reader: TextReader
    labels: tuple[str, ...]
    columns: tuple[str, str] = (AUTO, AUTO)
    min_count: int = 1


def prepare_texts(
    train: object,
    valid: object | None,
    config: ClassifyDataConfig,
    known: tuple[TextReader, tuple[str, ...]] | None = None,
) -> PreparedTexts:
    """Read, split, learn the vocabulary, encode.

    Args:
        train: A table of labelled texts.
        valid: Another; if `None`, a share of every class is cut from `train`.
        config: Settings of the data.
        known: A reader and classes to extend; if `None`, they are learned.
    Raises:
        DataError: A file breaks a rule, or the labels are no labels.
    """
    train_rows, table = labelled_table(train, TextColumns.of(vars(config)))
    name = given(train).name
    labels = _labels(name, train_rows)
    report = [f"{name}: {_count(train_rows)}", *table.left_out()]
    report += _line_1_report(train_rows, table)
    if known is not None:
        new = [label for label in labels if label not in known[1]]
        labels = (*known[1], *new)
        report += [f"labels that are new to the model: {', '.join(new)}"] * bool(new)
    train_rows, said, tests = by_split(train_rows)
    if tests:
        report.append(f"left out: {tests:,} texts of the test")
    if valid is not None:
        columns = TextColumns(config.header, *table.wanted)
        valid_rows, of_valid = labelled_table(valid, columns, known=set(labels))
        report.append(f"{given(valid).name}: {_count(valid_rows)}, for validation")
        report += of_valid.left_out()
    elif said:
        valid_rows = said
        report.append(f"validation: {_count(valid_rows)}, as the column split says")
    elif config.group_column != NONE:
        train_rows, valid_rows = by_group(train_rows, config.valid_fraction, name)
        report.append(f"validation: {_count(valid_rows)}, cut from {name} by a hash of the group")
    else:
        train_rows, valid_rows = split_by_class(train_rows, config.valid_fraction)
        report.append(f"validation: {_count(valid_rows)}, cut from {name} by a hash of the text")
    level, why = guess_text_level(row.text for row in train_rows)
    if known is not None:
        level = known[0].level
    elif config.level != "auto":
        level, why = config.level, "as set"
    prepared = [
        [known[0].prepared(row.text) for row in rows]
        if known
        else [pretokenize(row.text, level, config.lowercase) for row in rows]
        for rows in (train_rows, valid_rows)
    ]
    if known is not None:
        min_count = config.min_count or 1
        reader = known[0].extended(prepared[0], min_count, config.max_symbols)
        report.append(extended_line("text", known[0].vocabulary, reader.vocabulary))
    else:
        reader, min_count, notes = learn_reader(prepared[0], level, config)
        report += _reader_report(reader, why, notes)
    whole = [[reader.vocabulary.encode(text) for text in texts] for texts in prepared]
    report += _cut_report(reader, whole[0] + whole[1])
    report += _unknown_report(reader, whole[1], min_count)
    report += _rare_report(train_rows)
    parts = (train_rows, valid_rows)
    return PreparedTexts(
        train=_set(reader, whole[0], train_rows, labels),
        valid=_set(reader, whole[1], valid_rows, labels),
        reader=reader,
        labels=labels,
        fingerprint=fingerprint(*((f"{r.text}\t{r.label}\n" for r in rows) for rows in parts)),
        rows_seen=sketch(*(row_numbers(r.text for r in rows) for rows in parts)),
        report=tuple(report),
        columns=table.wanted,
        min_count=min_count,
    )


def _labels(name: str, rows: list[Labelled]) -> tuple[str, ...]:
    """The different labels, sorted."""
    labels = sorted({row.label for row in rows})
    if len(labels) < 2:
        raise DataError(
            f"{name}: labels must be at least 2 different ones, got {len(labels)}: {labels[0]!r}. "
            "Give texts of another class too, or name the labels' column with data.label_column."
        )
    if 2 * len(labels) > len(rows):
        raise DataError(
            f"{name}: a label must be on 2 lines or more on average, got {len(labels):,} different "
            f"ones on {len(rows):,} lines, e.g. {rows[0].label[:40]!r}. Name the labels' column "
            "with data.label_column; for pairs of texts use --task transduce."
        )
    return tuple(labels)


def _reader_report(reader: TextReader, why: str, notes: list[str]) -> list[str]:
    case = ", lower case" if reader.lowercase else ""
    size = len(reader.vocabulary)
    said = [f"text: read as {reader.level}{case} ({why}); vocabulary of {size:,}"]
    return said + ["chosen: " + "; ".join(notes)] * bool(notes)


def _set(
    reader: TextReader, whole: list[list[int]], rows: list[Labelled], labels: tuple[str, ...]
) -> TextSet:
    number = {label: i for i, label in enumerate(labels)}
    return TextSet([reader.cut(text) for text in whole], [number[row.label] for row in rows])


def _cut_report(reader: TextReader, whole: list[list[int]]) -> list[str]:
    cut = sum(len(text) > reader.max_symbols for text in whole)
    if not cut:
        return []
    return [
        f"cut: {cut:,} texts are longer than data.max_symbols = {reader.max_symbols}; their first "
        "and last halves of that are read"
    ]


def _unknown_report(reader: TextReader, whole: list[list[int]], min_count: int) -> list[str]:
    read = [reader.cut(text) for text in whole]
    unknown = sum(text.count(UNK) for text in read)
    if not unknown:
        return []
    share = 100 * unknown / sum(map(len, read))
    seen = "not seen" if min_count == 1 else f"seen fewer than {min_count} times"
    said = f"unknown: {share:.1f} % of the validation texts' symbols were {seen} in training"
    if share > 100 * MOST:
        said += "; that is most of them. Give more texts, or set data.level=characters"
    return [said]


def _line_1_report(rows: list[Labelled], table: Selection) -> list[str]:
    """A label that only line 1 has may be the name of a column."""
    first = rows[0]
    if table.names is not None or sum(row.label == first.label for row in rows) > 1:
        return []
    return [
        f"note: label {first.label} is on line {first.line} only; if that line names the columns, "
        "set data.header=yes"
    ]


def _rare_report(rows: list[Labelled]) -> list[str]:
    label, count = Counter(row.label for row in rows).most_common()[-1]
    if count >= RARE * len(rows):
        return []
    return [
        f"note: label {label} has {count:,} of {len(rows):,} texts; "
        "training.class_weights=balanced makes rare labels weigh more"
    ]


def _count(rows: list[Labelled]) -> str:
    counts = Counter(row.label for row in rows).most_common()
    shown = ", ".join(f"{label} {count:,}" for label, count in counts[:MOST_SHOWN])
    more = f", and {len(counts) - MOST_SHOWN} more" if len(counts) > MOST_SHOWN else ""
    return f"{len(rows):,} texts of {len(counts)} labels ({shown}{more})"


def label_ratios(texts: TextSet, num_symbols: int, num_classes: int) -> np.ndarray:
    """How much more often a symbol is seen in texts of a label than in others, `(V, C)`, in nats.

    The log-count ratio r of naive Bayes on presence: log (p_wc / sum_w p_wc) of the label's texts
    less that of the others, with 1 added to each count. 0 for the specials.

    Source: Wang & Manning, "Baselines and Bigrams", ACL 2012, section 2.1; as a start of
    embeddings, Li et al., "Initializing Convolutional Filters with Semantic Features for Text
    Classification", EMNLP 2017.
    """
    counts_CV = np.zeros((num_classes, num_symbols))
    for row in range(len(texts)):
        batch = texts.collate(np.array([row]))
        counts_CV[batch.labels[0], np.unique(batch.symbols[0])] += 1
    counts_CV[:, : len(SPECIALS)] = 0
    others_CV = counts_CV.sum(axis=0) - counts_CV
    ratios_CV = _log_share(counts_CV) - _log_share(others_CV)
    ratios_CV[:, : len(SPECIALS)] = 0
    ratios_VC: np.ndarray = ratios_CV.T.astype(np.float32)
    return ratios_VC


def _log_share(counts: np.ndarray) -> np.ndarray:
    share: np.ndarray = np.log((counts + 1) / (counts + 1).sum(axis=1, keepdims=True))
    return share


def class_weights(labels: np.ndarray, num_classes: int) -> np.ndarray:
    """A weight per class so that each counts as much in sum, and a text 1 on average."""
    counts = np.bincount(labels, minlength=num_classes)
    return (len(labels) / (num_classes * np.maximum(counts, 1))).astype(np.float32)
