"""From files of pairs to encoded pairs and vocabularies, with a report of what was done."""

import math
from dataclasses import asdict, dataclass

from ...config.transduce import TransduceDataConfig
from ...errors import ConfigError, DataError
from ..cache import cached, digests_of, key_of
from ..given import given
from ..hashes import sha256
from ..levels import level_of
from ..pairs.load import load_pairs
from ..prepared import Prepared
from ..ragged import Ragged
from ..tables.roles import NONE
from ..unknown import extended_line, unknown_line
from ..vocabulary import Vocabulary
from .batches import PairSet
from .pairs import Example, Pair, PairColumns, PairRows, group_by_source
from .passes import FirstPass, SecondPass


@dataclass(frozen=True, kw_only=True)
class PreparedPairs(Prepared):
    """Data as training wants them.

    Attributes:
        train: Encoded training pairs, one for each reference.
        valid: Validation sources with all their references, as text.
        source: Source vocabulary.
        target: Target vocabulary.
        length_ratio: Most target symbols per source symbol among the shortest 99.9 %.
        columns: Where source and target stood.
        weighted: Whether the validation sources have weights of their own.
    """

    train: PairSet
    valid: list[Example]
    source: Vocabulary
    target: Vocabulary
    length_ratio: float
    columns: PairColumns = PairColumns()
    weighted: bool = False

    @property
    def num_symbols(self) -> int:
        """Source and target symbols of one pass over the training pairs."""
        return int(self.train.source_lengths.sum() + self.train.target_lengths.sum())


_TYPES = (PreparedPairs, PairSet, Ragged, Example, Vocabulary, PairColumns)


def prepare_pairs(
    train: object,
    valid: object | None,
    config: TransduceDataConfig,
    known: tuple[Vocabulary, Vocabulary] | None = None,
) -> PreparedPairs:
    """Read, split, learn vocabularies, encode; in blocks, so that data may outgrow the memory.

    Args:
        train: A table of pairs, or the name of a data set.
        valid: A table of pairs; if `None`, a share of the sources is cut from `train`.
        config: Settings of the data.
        known: Vocabularies of source and target to extend; if `None`, they are learned.
    Raises:
        DataError: A file breaks a rule, or nothing is left to train or validate on.
    """
    columns = PairColumns.of(vars(config))
    is_set = given(train).kind == "set"
    rows: list[Pair] | PairRows
    if is_set:
        rows = load_pairs(train, "train", stress=config.stress)
    else:
        rows = PairRows(train, columns)
        columns = rows.columns

    def key() -> str | None:
        settings = {**asdict(config), **asdict(columns), "batch_symbols": None}
        settings |= {f"{role}_column": None for role in asdict(columns)}
        model = None if known is None else [vocabulary.to_json() for vocabulary in known]
        of_set = sha256(pair.row for pair in rows) if is_set else None
        digests = digests_of(given(train), None if valid is None else given(valid))
        return key_of("pairs", digests, settings, model, of_set)

    return cached(key, lambda: _prepared(rows, columns, train, valid, config, known), _TYPES)


def _prepared(
    rows: list[Pair] | PairRows,
    columns: PairColumns,
    train: object,
    valid: object | None,
    config: TransduceDataConfig,
    known: tuple[Vocabulary, Vocabulary] | None,
) -> PreparedPairs:
    """As `prepare_pairs`, of rows of `train` whose columns are found."""
    name, is_set = given(train).name, given(train).kind == "set"
    read = FirstPass(
        rows,
        config.valid_fraction,
        name,
        divide=valid is None and not is_set,
        group=columns.group != NONE,
    )
    report = [f"{name}: {read.num_pairs:,} pairs of {read.num_sources:,} sources"]
    report += rows.found.left_out() if isinstance(rows, PairRows) else []
    if read.num_tests:
        report.append(f"left out: {read.num_tests:,} pairs of the test")
    if valid is not None:
        valid_pairs = load_pairs(valid, "valid", stress=config.stress, columns=columns)
        report.append(f"{given(valid).name}: {_count(valid_pairs)}, for validation")
    elif is_set:
        valid_pairs = load_pairs(train, "valid", stress=config.stress)
        report.append(f"{name}, its validation part: {_count(valid_pairs)}")
    else:
        valid_pairs = read.valid
        report.append(f"validation: {_count(valid_pairs)}, {read.how.format(name=name)}")
    source, target = (
        _learn(side, read, valid_pairs, config, report, known[place] if known else None)
        for place, side in enumerate(("source", "target"))
    )
    source = _with_features(source, read, known[0] if known else None, config, report)
    encoded = SecondPass(read, source, target, most=config.max_symbols, valid=valid_pairs)
    if encoded.num_left_out:
        report.append(
            f"left out: {encoded.num_left_out} pairs that are empty or longer than "
            f"data.max_symbols = {config.max_symbols}"
        )
    if not len(encoded.train):
        raise DataError(
            f"train: `{name}` has no pair of at most {config.max_symbols} symbols."
            " Raise data.max_symbols, or set data.source_level or data.target_level to symbols"
            " or subwords."
        )
    examples = group_by_source(valid_pairs)
    report += _unknown_report(source, target, examples)
    readable = [e for e in examples if 0 < len(source.encode(e.source)) <= config.max_symbols]
    if len(readable) < len(examples):
        left_out = len(examples) - len(readable)
        report.append(f"left out: {left_out} validation sources, empty or too long")
    if not readable:
        raise DataError(
            f"train: `{name if valid is None else given(valid).name}` has no validation source of "
            f"at most {config.max_symbols} symbols. Raise data.max_symbols."
        )
    return PreparedPairs(
        train=encoded.train,
        valid=readable,
        source=source,
        target=target,
        length_ratio=math.ceil(1000 * encoded.ratio) / 1000,
        fingerprint=encoded.fingerprint,
        rows_seen=encoded.rows_seen,
        report=tuple(report),
        columns=columns,
        weighted=any(example.weight != 1.0 for example in readable),
    )


def _learn(
    side: str,
    read: FirstPass,
    valid: list[Pair],
    config: TransduceDataConfig,
    report: list[str],
    known: Vocabulary | None,
) -> Vocabulary:
    counts, texts = read.counts[side], read.texts(side)
    if known is not None:
        # new symbols would take the numbers of the features, which stand behind the symbols
        vocabulary = known
        if not known.features:
            vocabulary = known.extended(texts, min_count=config.min_count)
        report.append(extended_line(side, known, vocabulary))
        return vocabulary
    level, why = level_of(counts, [getattr(pair, side) for pair in valid])
    wanted = getattr(config, f"{side}_level")
    if wanted != "auto":
        level, why = wanted, "as set"
    vocabulary = Vocabulary.learn(
        texts,
        level,
        subword_size=config.subword_size,
        min_count=config.min_count,
        counts=counts,
    )
    report.append(f"{side}: read as {level} ({why}); vocabulary of {len(vocabulary)}")
    unknown = sum(len(vocabulary.unknown(text)) for text in texts) if config.min_count > 1 else 0
    if unknown:
        report.append(
            f"{side}: {unknown} symbols rarer than data.min_count = {config.min_count} "
            "are read as unknown"
        )
    return vocabulary


def _with_features(
    source: Vocabulary,
    read: FirstPass,
    known: Vocabulary | None,
    config: TransduceDataConfig,
    report: list[str],
) -> Vocabulary:
    """The source vocabulary with the tags of the training data; a known one keeps its own.

    Raises:
        ConfigError: A known vocabulary has features and the data have none, or the reverse.
    """
    if known is not None:
        if bool(known.features) != bool(read.tags):
            has, lacks = ("model", "data") if known.features else ("data", "model")
            raise ConfigError(
                f"train: the {has} has features of its sources, and the {lacks} has none. Set "
                "data.features_column to fit the model."
            )
        return source
    if not read.tags:
        return source
    found = source.with_features(read.tags, min_count=config.min_count)
    report.append(f"features: {len(found.features)} different tags, read before the source")
    return found


def _unknown_report(source: Vocabulary, target: Vocabulary, examples: list[Example]) -> list[str]:
    """The validation's unknown symbols.

    Raises:
        DataError: They are most of its symbols.
    """
    lines = []
    sides = (
        ("source", source, [e.source for e in examples]),
        ("target", target, [t for e in examples for t in e.targets]),
    )
    for side, vocabulary, texts in sides:
        unknown = [symbol for text in texts for symbol in vocabulary.unknown(text)]
        if not unknown:
            continue
        ids = [i for text in texts for i in vocabulary.encode(text)]
        way_out = f"Give data of the same kind, or set data.{side}_level to characters or subwords."
        lines.append(unknown_line(f"{side} symbols of the validation data", ids, unknown, way_out))
    return lines


def _count(pairs: list[Pair]) -> str:
    sources = len({pair.source for pair in pairs})
    return f"{len(pairs):,} pairs of {sources:,} sources"
