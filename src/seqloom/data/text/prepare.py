"""From a text to its numbers and a vocabulary, with a report of what was done."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from ...config.generate import GenerateDataConfig
from ...errors import DataError
from ...shapes import Int
from ..given import given
from ..hashes import fingerprint
from ..prepared import Prepared
from ..seen import sketch, text_numbers
from ..unknown import extended_line, unknown_line
from ..vocabulary import UNK, Vocabulary
from .streams import fit_streams
from .text import encode_text, read_text, split_by_position

LEAST_CHARACTERS = 12


@dataclass(frozen=True, kw_only=True)
class PreparedText(Prepared):
    """Data as training wants them.

    Attributes:
        ids: The numbers of the training text's symbols.
        characters: Characters of the training text.
        valid: The text to validate on.
        vocabulary: Of the training text.
    """

    ids: Int[np.ndarray, " N"]
    characters: int
    valid: str
    vocabulary: Vocabulary


def prepare_text(
    train: object, valid: object | None, config: GenerateDataConfig, known: Vocabulary | None = None
) -> tuple[PreparedText, GenerateDataConfig]:
    """Read, split, learn the vocabulary, encode.

    Args:
        train: A file of text, a folder of them, or a table with a column of texts.
        valid: Another; if `None`, the end of `train` is cut off.
        config: Settings of the data.
        known: A vocabulary to extend; if `None`, it is learned.
    Returns:
        The data, and the settings with streams and chunk that fit into the text.
    Raises:
        DataError: A file breaks a rule, or the text is too short.
    """
    name = given(train).name
    text = read_text(train, config.text_column)
    if len(text) < LEAST_CHARACTERS:
        raise DataError(
            f"{name}: a text must have at least {LEAST_CHARACTERS} characters to learn from, "
            f"got {len(text)}. Give more text, or the --task that the file is for."
        )
    if valid is not None:
        held_out = read_text(valid, config.text_column)
        report = [
            f"{name}: {len(text):,} characters",
            f"{given(valid).name}: {len(held_out):,} characters, for validation",
        ]
    else:
        text, held_out = split_by_position(text, config.valid_fraction)
        report = [
            f"{name}: the first {len(text):,} characters to train on, "
            f"the last {len(held_out):,} for validation"
        ]
    if known is not None:
        vocabulary = known.extended([text], min_count=config.min_count)
        report.append(extended_line("text", known, vocabulary))
    else:
        vocabulary = Vocabulary.learn(
            [text],
            config.level,
            subword_size=config.subword_size,
            min_count=config.min_count,
            spaces=True,
        )
    ids = encode_text(vocabulary, text)
    report.append(f"read as {config.level}: {len(ids):,} symbols of {len(vocabulary)}")
    report += _line_ends(text, held_out)
    streams, chunk = fit_streams(len(ids), config.streams, config.chunk)
    for name, wanted, got in (("streams", config.streams, streams), ("chunk", config.chunk, chunk)):
        if got < wanted:
            report.append(f"data.{name} = {got} instead of {wanted}: the text is short")
    report += _unknown(vocabulary, held_out)
    prepared = PreparedText(
        ids=ids,
        characters=len(text),
        valid=held_out,
        vocabulary=vocabulary,
        fingerprint=fingerprint([text], [held_out]),
        rows_seen=sketch(text_numbers(text), text_numbers(held_out)),
        report=tuple(report),
    )
    return prepared, dataclasses.replace(config, streams=streams, chunk=chunk)


def _line_ends(*texts: str) -> list[str]:
    returns = ["\r\n" in text for text in texts]
    lines = ["lines end in CR LF, which are two symbols"] * any(returns)
    if any(returns) != all(returns):
        lines.append("note: only one of the two texts has lines that end in CR LF")
    return lines


def _unknown(vocabulary: Vocabulary, valid: str) -> list[str]:
    ids = encode_text(vocabulary, valid)
    if not (ids == UNK).any():
        return []
    way_out = "Give a text of the same kind with --valid."
    symbols = vocabulary.unknown(valid)
    return [unknown_line("symbols of the validation text", ids.tolist(), symbols, way_out)]
