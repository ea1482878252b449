"""Measures of attention against SciPy, and on weights whose answer is known."""

import numpy as np
import pytest

from seqloom.inspection import Named, Trace
from seqloom.inspection.attention import attention_facts, coverage, entropy, monotonicity

stats = pytest.importorskip("scipy.stats", reason="SciPy is the oracle here")


def random_weights(*shape, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(shape[-1]), size=shape[:-1])


def a_trace(arrays):
    return Trace(task="transduce", kind="lstm", input="", output="", labels={}, layers=(),
                 arrays=arrays)  # fmt: skip


def test_entropy_is_scipys():
    weights = random_weights(7, 11)
    np.testing.assert_allclose(entropy(weights), stats.entropy(weights, axis=1), rtol=1e-12)
    assert entropy(np.eye(4)).tolist() == [0, 0, 0, 0]
    assert entropy(np.full((1, 8), 1 / 8))[0] == pytest.approx(np.log(8))


def test_monotonicity_is_kendalls_tau():
    weights = random_weights(12, 9)
    looks = weights @ np.arange(9)
    assert monotonicity(weights) == pytest.approx(stats.kendalltau(np.arange(12), looks).statistic)


def test_monotonicity_of_known_alignments():
    assert monotonicity(np.eye(6)) == 1.0
    assert monotonicity(np.eye(6)[::-1]) == -1.0
    assert monotonicity(np.full((6, 4), 0.25)) == 0.0
    assert monotonicity(np.eye(5)[[0, 0, 1]]) == pytest.approx(2 / 3)  # a pair stands still
    assert monotonicity(np.ones((1, 3)) / 3) == 0.0


def test_coverage_sums_over_the_targets():
    assert coverage(np.eye(4)[[0, 0, 2]]).tolist() == [2, 0, 1, 0]
    assert coverage(random_weights(5, 3)).sum() == pytest.approx(5)


def test_facts_of_a_decoder_and_of_heads():
    weights = random_weights(5, 3).astype(np.float32)
    heads = random_weights(2, 5, 5, seed=1)
    trace = a_trace(
        {
            "attention/decoder": Named(weights, ("target", "source")),
            "attention/decoder.0/self": Named(heads, ("head", "target", "target")),
        }
    )
    facts = attention_facts(trace)
    assert set(facts) == {"entropy", "mean_entropy", "coverage", "monotonicity", "layers"}
    assert len(facts["entropy"]) == 5
    assert len(facts["coverage"]) == 3
    assert facts["mean_entropy"] == pytest.approx(np.mean(facts["entropy"]))
    assert facts["monotonicity"] == monotonicity(weights)
    assert facts["layers"]["decoder.0/self"]["monotonicity"] == [monotonicity(h) for h in heads]
    assert len(facts["layers"]["decoder.0/self"]["mean_entropy"]) == 2


def test_facts_of_a_pool_and_of_nothing():
    facts = attention_facts(a_trace({"attention/pool": Named(np.array([0.5, 0.5]), ("source",))}))
    assert facts["entropy"] == pytest.approx([np.log(2)])
    assert facts["coverage"] == [0.5, 0.5]
    assert attention_facts(a_trace({})) == {}
