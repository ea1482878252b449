"""From files of labelled texts to encoded texts and labels, with a report of what was done.

Checked by `tests/data/texts/test_prepare.py`.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache, partial

import numpy as np

from ...config.classify import ClassifyDataConfig
from ...errors import DataError
from ..cache import cached, digests_of, key_of
from ..given import given
from ..prepared import Prepared
from ..ragged import Ragged
from ..tables.parts import TEST, TRAIN, VALID
from ..tables.roles import AUTO, NONE, Selection
from ..unknown import MOST, extended_line
from ..vocabulary import SPECIALS, UNK, Vocabulary
from .batches import TextSet
from .labelled import LabelledRows, TextColumns
from .limits import cut_reader, learn_reader
from .passes import BLOCK, DividedTexts, EncodedTexts, cut
from .reader import TextLevel, TextReader, pretokenize

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


_TYPES = (PreparedTexts, TextSet, Ragged, TextReader, Vocabulary)


def prepare_texts(
    train: object,
    valid: object | None,
    config: ClassifyDataConfig,
    known: tuple[TextReader, tuple[str, ...]] | None = None,
) -> PreparedTexts:
    """Read, split, learn the vocabulary, encode; in blocks, so that texts may outgrow the memory.

    Args:
        train: A table of labelled texts.
        valid: Another; if `None`, a share of every class is cut from `train`.
        config: Settings of the data.
        known: A reader and classes to extend; if `None`, they are learned.
    Raises:
        DataError: A file breaks a rule, or the labels are no labels.
    """
    rows = LabelledRows(train, TextColumns.of(vars(config)))
    model = None if known is None else [known[0].to_json(), known[1]]
    digests = cache(lambda: digests_of(given(train), None if valid is None else given(valid)))

    def key(config: ClassifyDataConfig) -> str | None:
        text, label = rows.found.wanted
        settings = asdict(replace(config, text_column=text, label_column=label, batch_size=1))
        return key_of("texts", digests(), settings, model)

    def resolved(found: PreparedTexts) -> str | None:  # as a resumed run has it
        most = found.reader.max_symbols
        return key(replace(config, min_count=found.min_count, max_symbols=most))

    return cached(
        lambda: key(config), lambda: _prepared(rows, train, valid, config, known), _TYPES, resolved
    )


def _prepared(
    rows: LabelledRows,
    train: object,
    valid: object | None,
    config: ClassifyDataConfig,
    known: tuple[TextReader, tuple[str, ...]] | None,
) -> PreparedTexts:
    """As `prepare_texts`, of rows of `train` whose columns are found."""
    table, name = rows.found, given(train).name
    guess = known is None and config.level == "auto"
    read = DividedTexts(rows, level=guess, group=config.group_column != NONE)
    labels = _labels(name, read)
    report = [f"{name}: {_count(read.counts())}", *table.left_out()]
    report += _line_1_report(read, table)
    if known is not None:
        new = [label for label in labels if label not in known[1]]
        labels = (*known[1], *new)
        report += [f"labels that are new to the model: {', '.join(new)}"] * bool(new)
    tests = int((read.part == TEST).sum())
    if tests:
        report.append(f"left out: {tests:,} texts of the test")
    validating, said = _validating(valid, read, config, name, labels, table)
    report += said
    level, why = _level(read, config, known and known[0])
    prepared = (
        known[0].prepared
        if known
        else partial(pretokenize, level=level, lowercase=config.lowercase)
    )
    if known is not None:
        min_count, notes = config.min_count or 1, list[str]()
        whole = known[0].extended(_Prepared(read, prepared), min_count, config.max_symbols)
    else:
        whole, min_count, notes = learn_reader(_Prepared(read, prepared), level, config)
    other = None if validating is read else validating.rows
    encoded = EncodedTexts(read, other, whole.vocabulary, prepared)
    if known is not None:
        reader = whole
        report.append(extended_line("text", known[0].vocabulary, reader.vocabulary))
    else:
        reader, more = cut_reader(whole, encoded.train.lengths, config.max_symbols)
        report += _reader_report(reader, why, notes + more)
    report += _cut_report(reader, encoded.train.lengths, encoded.valid.lengths)
    texts = [
        cut(part, reader.is_read, len(reader.vocabulary)) for part in (encoded.train, encoded.valid)
    ]
    report += _unknown_report(texts[1], min_count)
    report += _rare_report(read.counts(TRAIN))
    return PreparedTexts(
        train=TextSet.of(texts[0], read.numbers(TRAIN, labels)),
        valid=TextSet.of(texts[1], validating.numbers(VALID, labels)),
        reader=reader,
        labels=labels,
        fingerprint=encoded.fingerprint,
        rows_seen=encoded.rows_seen,
        report=tuple(report),
        columns=table.wanted,
        min_count=min_count,
    )


class _Prepared:
    """The training texts as a vocabulary splits them, as often as asked."""

    def __init__(self, read: DividedTexts, prepared: Callable[[str], str]) -> None:
        self._read, self._prepared = read, prepared

    def __iter__(self) -> Iterator[str]:
        for block in self._read.training():
            for row in block:
                yield self._prepared(row.text)


def _validating(
    valid: object | None,
    read: DividedTexts,
    config: ClassifyDataConfig,
    name: str,
    labels: tuple[str, ...],
    table: Selection,
) -> tuple[DividedTexts, list[str]]:
    """Where the rows that validate are, as its part VALID; and the lines of the report."""
    if valid is not None:
        columns = TextColumns(config.header, *table.wanted)
        rows = LabelledRows(valid, columns, known=set(labels))
        found = DividedTexts(rows, level=False, group=False)
        found.part[:] = VALID
        said = f"{given(valid).name}: {_count(found.counts())}, for validation"
        return found, [said, *rows.found.left_out()]
    how = "as the column split says"
    if not (read.part == VALID).any():
        read.hold_out(config.valid_fraction, name)
        by = "group" if config.group_column != NONE else "text"
        how = f"cut from {name} by a hash of the {by}"
    return read, [f"validation: {_count(read.counts(VALID))}, {how}"]


def _level(
    read: DividedTexts, config: ClassifyDataConfig, known: TextReader | None
) -> tuple[TextLevel, str]:
    if known is not None:
        return known.level, "as the model does"
    return read.guess_level() if config.level == "auto" else (config.level, "as set")


def _labels(name: str, read: DividedTexts) -> tuple[str, ...]:
    """The different labels, sorted."""
    labels = sorted(read.counts())
    if len(labels) < 2:
        raise DataError(
            f"{name}: labels must be at least 2 different ones, got {len(labels)}: {labels[0]!r}. "
            "Give texts of another class too, or name the labels' column with data.label_column."
        )
    if 2 * len(labels) > len(read):
        raise DataError(
            f"{name}: a label must be on 2 lines or more on average, got {len(labels):,} different "
            f"ones on {len(read):,} lines, e.g. {read.first.label[:40]!r}. Name the labels' column "
            "with data.label_column; for pairs of texts use --task transduce."
        )
    return tuple(labels)


def _reader_report(reader: TextReader, why: str, notes: list[str]) -> list[str]:
    case = ", lower case" if reader.lowercase else ""
    size = len(reader.vocabulary)
    said = [f"text: read as {reader.level}{case} ({why}); vocabulary of {size:,}"]
    return said + ["chosen: " + "; ".join(notes)] * bool(notes)


def _cut_report(reader: TextReader, *lengths: np.ndarray) -> list[str]:
    cut = sum(int((some > reader.max_symbols).sum()) for some in lengths)
    if not cut:
        return []
    return [
        f"cut: {cut:,} texts are longer than data.max_symbols = {reader.max_symbols}; their first "
        "and last halves of that are read"
    ]


def _unknown_report(valid: Ragged, min_count: int) -> list[str]:
    unknown = sum(int((flat == UNK).sum()) for flat, _ in valid.blocks(BLOCK))
    if not unknown:
        return []
    share = 100 * unknown / int(valid.lengths.sum(dtype=np.int64))
    seen = "not seen" if min_count == 1 else f"seen fewer than {min_count} times"
    said = f"unknown: {share:.1f} % of the validation texts' symbols were {seen} in training"
    if share > 100 * MOST:
        said += "; that is most of them. Give more texts, or set data.level=characters"
    return [said]


def _line_1_report(read: DividedTexts, table: Selection) -> list[str]:
    """A label that only line 1 has may be the name of a column."""
    first = read.first
    if table.names is not None or read.counts()[first.label] > 1:
        return []
    return [
        f"note: label {first.label} is on line {first.line} only; if that line names the columns, "
        "set data.header=yes"
    ]


def _rare_report(counts: Counter[str]) -> list[str]:
    label, count = counts.most_common()[-1]
    if count >= RARE * counts.total():
        return []
    return [
        f"note: label {label} has {count:,} of {counts.total():,} texts; "
        "training.class_weights=balanced makes rare labels weigh more"
    ]


def _count(counts: Counter[str]) -> str:
    common = counts.most_common()
    shown = ", ".join(f"{label} {count:,}" for label, count in common[:MOST_SHOWN])
    more = f", and {len(common) - MOST_SHOWN} more" if len(common) > MOST_SHOWN else ""
    return f"{counts.total():,} texts of {len(common)} labels ({shown}{more})"


def label_ratios(texts: TextSet, num_symbols: int, num_classes: int) -> np.ndarray:
    """How much more often a symbol is seen in texts of a label than in others, `(V, C)`, in nats.

    The log-count ratio r of naive Bayes on presence: log (p_wc / sum_w p_wc) of the label's texts
    less that of the others, with 1 added to each count. 0 for the specials.

    Source: Wang & Manning, "Baselines and Bigrams", ACL 2012, section 2.1; as a start of
    embeddings, Li et al., "Initializing Convolutional Filters with Semantic Features for Text
    Classification", EMNLP 2017.
    """
    counts_CV = np.zeros((num_classes, num_symbols))
    for first in range(0, len(texts), BLOCK):
        batch = texts.collate(np.arange(first, min(first + BLOCK, len(texts))))
        symbols = np.sort(batch.symbols, axis=1)
        new = np.ones(symbols.shape, bool)
        new[:, 1:] = symbols[:, 1:] != symbols[:, :-1]
        rows, columns = np.nonzero(new)
        np.add.at(counts_CV, (batch.labels[rows], symbols[rows, columns]), 1)
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
