"""From manifests to features of recordings and a vocabulary, with a report of what was done."""

import math
from dataclasses import dataclass

import numpy as np

from ...config.transcribe import ModelConfig, TranscribeDataConfig
from ...errors import DataError
from ...shapes import Int
from ..given import given
from ..hashes import sha256
from ..levels import Level, blocks_of
from ..prepared import Prepared
from ..ragged import Ragged, RaggedWriter, kept_rows
from ..seen import sketch
from ..unknown import extended_line
from ..vocabulary import Vocabulary
from .augment import Masks
from .log_mel import FeatureSetup
from .manifest import Utterance, columns_of, read_manifest, split_by_recording
from .recordings import (
    Changes,
    Normaliser,
    SpeechSet,
    guess_text_level,
    read_speech,
    usual_rate,
)


@dataclass(frozen=True, kw_only=True)
class PreparedSpeech(Prepared):
    """Data as training wants them.

    Attributes:
        train: Training recordings.
        targets: The symbols of each.
        valid: Validation recordings.
        text: Vocabulary of the transcripts.
        normal: Of the training recordings.
        changes: What is drawn anew for each use of a training recording.
        length_ratio: Most symbols per step in the training recordings.
    """

    train: SpeechSet
    targets: Ragged
    valid: SpeechSet
    text: Vocabulary
    normal: Normaliser
    changes: Changes
    length_ratio: float


def prepare_speech(
    train: object,
    valid: object | None,
    config: TranscribeDataConfig,
    model: ModelConfig,
    known: tuple[Vocabulary, Normaliser] | None = None,
) -> PreparedSpeech:
    """Read, split, make features, learn the vocabulary, encode.

    Args:
        train: A manifest.
        valid: A manifest; if `None`, a share of the recordings is cut from `train`.
        config: Settings of the data.
        model: CTC needs a step a symbol, and recordings too short for their text are left out.
        known: A vocabulary to extend, and means and scales to keep; if `None`, they are learned.
    Raises:
        DataError: A file breaks a rule, or nothing is left to train or validate on.
    """
    train_lines, valid_lines = _lines(train, valid, config)
    setup = FeatureSetup(
        sample_rate=config.sample_rate or usual_rate(train_lines),
        window_ms=config.window_ms,
        hop_ms=config.hop_ms,
        mels=config.mels,
        stack=config.stack,
    )
    heard = read_speech(train_lines, setup, speed_change=config.speed_change)
    held_out = read_speech(valid_lines, setup)
    name = given(train).name
    of_valid = "validation" if valid is None else given(valid).name
    cut = f", cut from {name} by a hash of the name" if valid is None else ""
    report = [
        f"{name}: {_count(heard)}, brought to {setup.sample_rate:,} Hz",
        f"{of_valid}: {_count(held_out)}{cut}",
        *dict.fromkeys((*heard.notes, *held_out.notes)),
    ]
    text = _learn(heard.texts, config, report, known and known[0])
    kept, targets = _usable(heard, text, config, model.architecture == "ctc", report)
    if not len(kept):
        raise DataError(
            f"train: `{name}` has no recording of at most {config.max_seconds:g} s that is "
            "long enough for its text. Raise data.max_seconds, or lower data.stack."
        )
    chosen = heard.only(kept.tolist())
    ratio = float((targets.lengths / chosen.steps).max())
    return PreparedSpeech(
        train=chosen,
        targets=targets,
        valid=_validating(held_out, text, name if valid is None else of_valid, config, report),
        text=text,
        normal=known[1] if known else Normaliser.learn(chosen.frames[:: chosen.speeds]),
        changes=_changes(config),
        length_ratio=math.ceil(1000 * ratio) / 1000,
        fingerprint=sha256([f"{heard.sha256} {held_out.sha256}"]),
        rows_seen=sketch([heard.numbers], [held_out.numbers]),
        report=tuple(report),
    )


def _lines(
    train: object, valid: object | None, config: TranscribeDataConfig
) -> tuple[list[Utterance], list[Utterance]]:
    """The manifests' lines, to train and to validate on."""
    columns = columns_of(vars(config))
    if valid is None:
        return split_by_recording(read_manifest(train, columns), config.valid_fraction)
    return read_manifest(train, columns), read_manifest(valid, columns)


def _validating(
    held_out: SpeechSet,
    text: Vocabulary,
    name: str,
    config: TranscribeDataConfig,
    report: list[str],
) -> SpeechSet:
    """The validation recordings that are not too long."""
    short = [i for i, n in enumerate(held_out.seconds_each) if n <= _most(config)]
    if len(short) < len(held_out):
        report.append(f"left out: {len(held_out) - len(short)} validation recordings, too long")
    if not short:
        raise DataError(
            f"train: `{name}` has no validation recording of at most "
            f"{config.max_seconds:g} s. Raise data.max_seconds."
        )
    unknown = sorted({s for t in held_out.texts for s in text.unknown(t)})
    if unknown:
        report.append(
            f"unknown: {len(unknown)} symbols of the validation texts were never seen in "
            f"training: {' '.join(unknown[:10])}"
        )
    return held_out.only(short)


def _most(config: TranscribeDataConfig) -> float:
    """Seconds, rounded up to whole steps."""
    return config.max_seconds + config.stack * config.hop_ms / 1000


def _usable(
    heard: SpeechSet, text: Vocabulary, config: TranscribeDataConfig, ctc: bool, report: list[str]
) -> tuple[Int[np.ndarray, " R"], Ragged]:
    """Which recordings can be trained on, and their symbols."""
    is_long = heard.seconds_each > _most(config)
    writer, kept, short, first = RaggedWriter(len(text)), [], 0, 0
    for words in blocks_of(heard.texts):
        rows = slice(first, first + len(words))
        first += len(words)
        symbols, lengths = text.encode_many(words)
        least = lengths + _repeats(symbols, lengths)  # a blank between equal symbols
        is_short = ~is_long[rows] & ctc & (heard.steps[rows] < least)
        short += int(is_short.sum())
        good = ~is_long[rows] & ~is_short
        writer.add(*kept_rows(symbols, lengths, good))
        kept.append(rows.start + np.flatnonzero(good))
    long = int(is_long.sum())
    if long:
        report.append(
            f"left out: {long} recordings longer than data.max_seconds = {config.max_seconds:g}"
        )
    if short:
        report.append(
            f"left out: {short} recordings with fewer steps than symbols, which CTC cannot learn; "
            "a smaller data.stack has more steps"
        )
    return np.concatenate(kept), writer.done()


def _repeats(
    symbols: Int[np.ndarray, " M"], lengths: Int[np.ndarray, " N"]
) -> Int[np.ndarray, " N"]:
    """In how many places of each row a symbol follows itself."""
    row = np.repeat(np.arange(len(lengths)), lengths)
    equal = (symbols[1:] == symbols[:-1]) & (row[1:] == row[:-1])
    return np.bincount(row[1:][equal], minlength=len(lengths))


def _learn(
    texts: list[str], config: TranscribeDataConfig, report: list[str], known: Vocabulary | None
) -> Vocabulary:
    if known is not None:
        text = known.extended(texts, min_count=config.min_count)
        report.append(extended_line("text", known, text))
        return text
    level, why = guess_text_level(texts)
    wanted: Level | str = config.text_level
    if wanted != "auto":
        level, why = wanted, "as set"  # type: ignore[assignment]
    text = Vocabulary.learn(
        texts, level, subword_size=config.subword_size, min_count=config.min_count
    )
    report.append(f"text: read as {level} ({why}); vocabulary of {len(text)}")
    return text


def _changes(config: TranscribeDataConfig) -> Changes:
    return Changes(
        gain_db=config.gain_db,
        masks=Masks(
            times_per_second=config.time_masks,
            time_frames=round(config.time_mask_ms / config.hop_ms),
            mels=config.mel_masks,
            mel_width=round(config.mel_mask_share * config.mels),
        ),
    )


def _count(speech: SpeechSet) -> str:
    minutes = speech.seconds / 60
    return f"{len(speech):,} recordings, {minutes:,.1f} min"
