"""Spans of a probe by hand, and scipy's rank correlation."""

import numpy as np
import pytest

from seqloom.comparison.report.probe import probe_document
from seqloom.comparison.report.spans import analyse_probe, spearman
from seqloom.errors import FormatError

from .simulated import simulated_probe

stats = pytest.importorskip("scipy.stats", reason="the extra `baselines` is not installed")


def test_spearman_is_scipys_with_ties():
    rng = np.random.default_rng(0)
    for size in (3, 5, 8):
        first = [0.0, 3.0, *rng.integers(0, 4, size=size - 2).astype(float).tolist()]
        second = rng.normal(size=size).tolist()
        assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic)
    assert spearman([1, 1, 1], [1, 2, 3]) is None


def test_a_span_ends_at_the_first_length_most_seeds_fail():
    results = simulated_probe(seeds=3)
    lstm = results["entries"][1]
    for run in lstm["runs"]:  # solved by: 3, 2, 1, 3, 0 of 3
        solved = {10: 3, 50: 2, 100: 1, 200: 3, 400: 0}[run["length"]]
        run["solved"] = run["seed"] <= solved
    span = analyse_probe(results).spans[1]
    assert [cell.solved for cell in span.cells] == [3, 2, 1, 3, 0]
    assert (span.solved_to, span.fails_from, span.solved_beyond) == (50, 100, (200,))
    assert (
        "LSTM fails at 100 but solves 200: more seeds would show which it is."
        in probe_document(analyse_probe(results)).remarks
    )


def test_skipped_lengths_are_said():
    results = simulated_probe()
    rnn = results["entries"][0]
    rnn["runs"] = [run for run in rnn["runs"] if run["length"] <= 100]
    analysis = analyse_probe(results)
    assert analysis.spans[0].skipped == (200, 400)
    table = probe_document(analysis).sections[0].table
    assert table.rows[0][-2:] == ("skipped", "skipped")
    assert table.rows[0][2:4] == ("10", "50")


def test_what_was_not_tried_yet_is_not_called_solved():
    results = simulated_probe()
    for entry in results["entries"][1:]:
        entry["runs"] = [run for run in entry["runs"] if run["length"] <= 50]
    assert analyse_probe(results).orders == ()  # of spans that are not known yet
    document = probe_document(analyse_probe(results))
    assert document.verdict.startswith(
        "RNN fails from 50; LSTM solves all lengths tried, to 50; GRU solves"
    )
    assert document.sections[0].table.rows[1][-3:] == ("\N{EN DASH}",) * 3


def test_verdict_names_the_shortest_span_first():
    verdict = probe_document(analyse_probe(simulated_probe())).verdict
    assert verdict == (
        "RNN fails from 50; LSTM fails from 200; GRU fails from 200; "
        "Transformer solves all lengths to 400."
    )


def test_orders_of_memory_and_span_are_compared_in_pairs():
    analysis = analyse_probe(simulated_probe())
    before, after = analysis.orders
    assert (before.networks, before.agree, before.oppose) == (3, 2, 0)  # LSTM and GRU tie
    assert (after.agree, after.oppose, after.spearman) == (0, 0, None)
    sentences = probe_document(analysis).sections[2].sentences
    assert sentences[0].startswith("The memory before training puts the networks in the order of")
    assert sentences[1].startswith("The memory after training and the spans cannot be put in an")
    results = simulated_probe()
    for run in results["entries"][0]["runs"]:
        run["memory"] = {"start": 500, "end": None}
    turned = analyse_probe(results)
    assert turned.orders[0].oppose == 2
    assert "does not put" in probe_document(turned).sections[2].sentences[0]


def test_what_is_missing_is_said():
    with pytest.raises(FormatError, match=r"^report: the results have no `threshold`\."):
        analyse_probe({**simulated_probe(), "threshold": None})
