"""Streams: several places of one long text, read side by side, a chunk at a time.

    stream 0   | chunk 0 | chunk 1 | chunk 2 |
    stream 1                                 | chunk 0 | chunk 1 | chunk 2 |
    ...

A batch is the same chunk of every stream, so what a network remembers after one batch is what its
next batch begins with; gradients stop at the border: truncated back-propagation through time. Each
epoch begins elsewhere, so borders fall elsewhere too.

Source: Williams & Peng, "An Efficient Gradient-Based Algorithm for On-Line Training of Recurrent
Network Trajectories", Neural Computation 2(4), 1990.
Checked by `tests/data/text/test_streams.py`.
"""

import numpy as np

from ...shapes import Int
from ..batching import LazyBatches
from ..vocabulary import BOS

_PLAN = 7  # keeps these draws apart from others of the same seed


def fit_streams(num_symbols: int, streams: int, chunk: int) -> tuple[int, int]:
    """As many streams and as long chunks as a text has room for.

    Args:
        num_symbols: N, symbols of the text, at least 1.
        streams: Streams wanted.
        chunk: Symbols of a chunk wanted.
    Returns:
        Streams and symbols, at most those wanted, with at least one chunk in each stream.
    """
    chunk = min(chunk, num_symbols)
    return min(streams, num_symbols // chunk), chunk


def plan_streams(
    num_symbols: int, *, streams: int, chunk: int, seed: int, epoch: int
) -> LazyBatches:
    """Places of the chunks of each batch of an epoch.

    Args:
        num_symbols: N, at least `streams * chunk`.
        streams: B.
        chunk: T, symbols of a chunk.
        seed: Of the run.
        epoch: From 0; with the seed, it decides where the first stream begins.
    Returns:
        Per batch, for each stream the place of its chunk's first symbol.
    """
    # a chunk is left over where possible, so that the beginning can move
    chunks = max(1, (num_symbols - chunk) // (streams * chunk))
    slack = num_symbols - streams * chunks * chunk
    assert slack >= 0, "fit_streams makes them fit"
    begin = int(np.random.default_rng([_PLAN, seed, epoch]).integers(slack + 1))
    firsts = begin + np.arange(streams, dtype=np.int64) * chunks * chunk
    return LazyBatches(chunks, lambda c: firsts + c * chunk)


def window(
    ids: Int[np.ndarray, " N"], places: Int[np.ndarray, " B"], chunk: int, *, fresh: bool
) -> tuple[Int[np.ndarray, "B T"], Int[np.ndarray, "B T"]]:
    """What is read and what is to be predicted, int64: the same symbols, shifted by one.

    Args:
        ids: The text.
        places: The first symbol to predict, per stream.
        chunk: T.
        fresh: The streams begin here: nothing was read before, and BOS is read first.
    """
    where_BT = places[:, None] + np.arange(chunk)
    write_BT = ids[where_BT].astype(np.int64)
    read_BT = ids[where_BT - 1].astype(np.int64)
    read_BT[:, 0] = BOS if fresh else np.where(places == 0, BOS, read_BT[:, 0])
    return read_BT, write_BT
