"""What a search records: against a beam search written here by hand, for one source at a time."""

import numpy as np
import pytest

from seqloom.data.vocabulary import BOS, EOS
from seqloom.decoding import LengthLimit, Search, decode, decode_recorded
from seqloom.decoding.contract import forbid
from seqloom.decoding.record import PRUNED
from seqloom.errors import ConfigError

from .table import TableModel, log_probability, padded

SOURCES = [[4, 5, 6, 4], [5], [6, 6, 5], [9, 8, 7, 6, 5, 4]]
LIMIT = LengthLimit(0.75, extra=2)


def kept_by_hand(model, source, limit, beam):
    """What goes on at each step, as sets of symbols: plain Python, no arrays of totals."""
    live, steps = {(): 0.0}, []
    for _ in range(limit):
        every = []
        for symbols, total in live.items():
            log_probs = forbid(next_log_probs(model, source, symbols)[None])[0]
            every += [(total + p, (*symbols, s)) for s, p in enumerate(log_probs) if p > -np.inf]
        best = sorted(every, reverse=True)[: 2 * beam]
        live = {symbols: t for t, symbols in best if symbols[-1] != EOS}
        live = dict(list(live.items())[:beam])
        steps.append(set(live))
    return steps


def next_log_probs(model, source, symbols):
    state, memory = model.start(*padded([source]))
    for symbol in (BOS, *symbols):
        log_probs, state = model.step(np.array([symbol]), state, memory)
    return log_probs[0]


def text(rows, place):
    """All symbols of a row's hypothesis."""
    return () if place < 0 else (*text(rows, rows[place].parent), rows[place].symbol)


@pytest.mark.parametrize("beam", [1, 2, 3, 5])
@pytest.mark.parametrize("source", SOURCES)
def test_the_rows_are_the_search(source, beam):
    model = TableModel(num_symbols=4, seed=3)
    search = Search(beam=beam, nbest=beam, length_penalty=0.7)
    found, rows = decode_recorded(model, source, LIMIT, search)
    assert found == decode(model, [source], LIMIT, search)[0]
    for place, row in enumerate(rows):
        assert row.parent < place
        assert row.step == (rows[row.parent].step + 1 if row.parent >= 0 else 0)
        assert row.parent < 0 or rows[row.parent].kept
        symbols = text(rows, place)
        want = log_probability(model, source, [s for s in symbols if s != EOS])
        if row.symbol == EOS:
            np.testing.assert_allclose(row.log_probability, want)
        np.testing.assert_allclose(row.score, row.log_probability / len(symbols) ** 0.7)
    if beam > 1:
        limit = int(LIMIT(np.array([len(source)]))[0])
        by_hand = kept_by_hand(model, source, limit, beam)
        steps = max(row.step for row in rows)
        for step in range(steps):
            here = {text(rows, i) for i, r in enumerate(rows) if r.step == step and r.kept}
            assert {s for s in here if s[-1] != EOS} == by_hand[step]


@pytest.mark.parametrize("beam", [1, 4])
@pytest.mark.parametrize("end_bonus", [-9.0, 0.0, 2.0])
def test_final_and_chosen_are_what_was_found(beam, end_bonus):
    model = TableModel(num_symbols=4, seed=5, end_bonus=end_bonus)
    for source in SOURCES:
        search = Search(beam=beam, nbest=beam)
        found, rows = decode_recorded(model, source, LIMIT, search)
        final = {
            text(rows, i)[:-1]: (row.log_probability, row.score, row.finished)
            for i, row in enumerate(rows)
            if row.kept and row.symbol == EOS
        }
        assert final == {h.symbols: (h.log_probability, h.score, h.finished) for h in found}
        chosen = [row.symbol for row in rows if row.chosen]
        assert chosen == [*found[0].symbols, EOS]
        if end_bonus < -5:
            assert not any(row.finished for row in rows if row.chosen)  # cut off by the limit


def test_the_best_few_that_were_dropped_are_there():
    model, source = TableModel(num_symbols=9, seed=2), SOURCES[0]
    _, rows = decode_recorded(model, source, LIMIT, Search(beam=2))
    for parent in {row.parent for row in rows}:
        log_probs = forbid(next_log_probs(model, source, text(rows, parent))[None])[0]
        children = [row for row in rows if row.parent == parent]
        kept = {row.symbol for row in children if row.kept}
        # one that ended and was beaten later stands there too, however unlikely it was
        dropped = [r.symbol for r in children if not r.kept and r.symbol != EOS]
        order = np.argsort(-log_probs, kind="stable").tolist()
        want = [s for s in order if s not in kept and s != EOS][: len(dropped)]
        assert dropped == want
        assert PRUNED - 1 <= len(dropped) <= PRUNED


def test_rows_are_ready_for_json():
    model = TableModel(num_symbols=3, seed=1)
    _, rows = decode_recorded(model, SOURCES[1], LIMIT, Search(beam=2))
    names = ["<pad>", "<bos>", "<eos>", "<unk>", "a", "b", "c"]
    first = rows[0].to_json(names)
    assert first == {
        "step": 0,
        "parent": -1,
        "symbol": names[rows[0].symbol],
        "log_probability": rows[0].log_probability,
        "score": rows[0].score,
        "kept": True,
        "finished": False,
        "chosen": rows[0].chosen,
    }


def test_what_is_drawn_has_no_tree():
    with pytest.raises(ConfigError, match=r"^decode_recorded: `temperature` must be none, got 0"):
        decode_recorded(TableModel(), [4], LIMIT, Search(temperature=0.5))
