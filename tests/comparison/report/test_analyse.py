"""The numbers of a report against plain recomputation, on results whose truth is known."""

import itertools
import json

import numpy as np
import pytest

from seqloom.comparison.report.analyse import analyse
from seqloom.comparison.report.curves import mean_line
from seqloom.comparison.report.read import read_results

from .simulated import simulated


def analysed(results, resamples=1000):
    return analyse(read_results(results), resamples=resamples)


@pytest.fixture(scope="module")
def results():
    return simulated(examples=1200)


@pytest.fixture(scope="module")
def analysis(results):
    return analysed(results)


def test_scores_are_those_of_the_runs(results, analysis):
    for entry, row in zip(results["entries"], analysis.entries, strict=True):
        above = sum(sum(run["numerators"]) for run in entry["runs"])
        below = sum(sum(run["denominators"]) for run in entry["runs"])
        assert row.score == pytest.approx(100 * above / below)
        assert row.interval.low < row.score < row.interval.high
        assert row.run_scores == tuple(run["score"] for run in entry["runs"])
        assert row.latency_ms == np.median([run["latency_ms"] for run in entry["runs"]])


def test_pairs_are_neighbours_and_later_minus_earlier(analysis):
    names = [entry.name for entry in analysis.entries]
    assert [(p.first, p.second) for p in analysis.pairs] == list(itertools.pairwise(names))
    scores = {entry.name: entry.score for entry in analysis.entries}
    for pair in analysis.pairs:
        want = scores[pair.second] - scores[pair.first]
        assert pair.difference.estimate.value == pytest.approx(want)
    significant = {pair.second: pair.difference.significant for pair in analysis.pairs}
    assert significant["rnn"]
    assert significant["gru-attention"]


def test_by_length_is_the_score_of_those_examples(results, analysis):
    lengths = np.array(results["length"]["values"])
    last = analysis.length_rows[-1]
    inside = (lengths >= last.low) & (lengths <= last.high)
    assert last.examples == inside.sum()
    gru = results["entries"][3]["runs"]
    above = np.mean([np.array(run["numerators"])[inside].sum() for run in gru])
    below = np.array(gru[0]["denominators"])[inside].sum()
    assert last.scores["gru"].value == pytest.approx(100 * above / below)
    assert sum(row.examples for row in analysis.length_rows) == len(lengths)


def test_fixed_context_falls_with_length_and_attention_does_not(analysis):
    """What was simulated: alike when short, three times the errors when long."""
    first = analysis.ratios[0]
    assert (first.worse, first.better, first.of) == ("gru", "gru-attention", "errors")
    assert first.significant
    assert first.longest.low < 3 < first.longest.high + 0.5
    assert first.longest.low > 2
    assert first.shortest.low < 1.1 < first.shortest.high + 0.2


def test_recommendation_is_a_network_that_is_not_worse(analysis):
    assert analysis.recommendation.entry == "gru-attention"


def test_where_more_is_better_the_signs_turn_and_the_ratio_stays():
    results = simulated(examples=800)
    for entry in results["entries"]:
        for run in entry["runs"]:
            above = np.minimum(run["numerators"], run["denominators"])
            run["numerators"] = (np.array(run["denominators"]) - above).tolist()
            run["score"] = 100 - run["score"]
    results["measure"] |= {"label": "accuracy", "rises": True}
    got = analysed(results)
    assert got.ratios[0].of == "errors"
    assert (got.ratios[0].worse, got.ratios[0].better) == ("gru", "gru-attention")
    assert got.recommendation.entry == "gru-attention"
    assert next(p for p in got.pairs if p.second == "gru-attention").difference.estimate.value > 0


def test_one_seed_covers_examples_only():
    got = analysed(simulated(examples=300, seeds=1))
    assert got.covers == "examples"
    assert "Each network was trained once" in got.recommendation.cautions[-1]
    assert analysed(simulated(examples=300, seeds=2)).covers == "examples and seeds"


def test_results_without_examples_have_scores_and_no_intervals():
    results = simulated(examples=100)
    results["length"]["values"] = []
    got = analysed(results)
    assert all(entry.interval is None for entry in got.entries)
    assert got.entries[2].score == pytest.approx(np.mean(got.entries[2].run_scores))
    assert (got.pairs, got.length_rows, got.ratios, got.covers) == ((), (), (), "")
    assert got.recommendation.rule == "untested"


def test_json_holds_all_numbers(analysis):
    got = json.loads(json.dumps(analysis.to_json(), allow_nan=False))
    assert got["kind"] == "compare-report"
    assert got["pairs"][0]["difference"]["settled"] is True
    assert got["length_rows"][0]["scores"]["rnn"]["low"] > 0
    assert len(got["curves"]) == 5


def test_mean_line_lies_between_its_lines_where_all_are():
    first = ((0.0, 10.0), (10.0, 0.0))
    second = ((5.0, 9.0), (10.0, 8.0), (20.0, 7.0))
    assert mean_line([first, second]) == ((5.0, 7.0), (10.0, 4.0))
    assert mean_line([first]) == first
    assert mean_line([]) == ()
