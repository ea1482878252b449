"""The n-gram model against its formula, written out with dictionaries."""

import bz2
import math
from collections import Counter, defaultdict

import numpy as np
import pytest

from seqloom.evaluation.compressors import compressed_bits
from seqloom.evaluation.ngram import NGram

from ..running_text import some_text


def discounts(counts):
    n = [sum(c == k for c in counts.values()) for k in (1, 2, 3, 4)]
    if 0 in n:
        return [0.5, 0.5, 0.5]
    y = n[0] / (n[0] + 2 * n[1])
    return [min(max(k - (k + 1) * y * n[k] / n[k - 1], 0.1), k) for k in (1, 2, 3)]


def formula(train, order):
    """p(w | history) as the docstring has it."""
    grams = {
        m: Counter(train[i : i + m] for i in range(len(train) - m + 1)) for m in range(1, order + 1)
    }
    counts = {order: grams[order]}
    for m in range(1, order):
        counts[m] = Counter(gram[1:] for gram in grams[m + 1])
    tables = {}
    for m, own in counts.items():
        after = defaultdict(dict)
        for gram, count in own.items():
            after[gram[:-1]][gram[-1]] = count
        tables[m] = (after, discounts(own))

    def p(w, history, m):
        if m == 0:
            return 1 / (len(set(train)) + 1)
        context = history[len(history) - (m - 1) :]
        after, d = tables[m]
        if len(history) < m - 1 or context not in after:
            return p(w, history, m - 1)
        row = after[context]
        total = sum(row.values())
        weight = sum(d[min(c, 3) - 1] for c in row.values())
        count = row.get(w, 0)
        own = max(count - (d[min(count, 3) - 1] if count else 0), 0)
        return (own + weight * p(w, history, m - 1)) / total

    return p


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("length", [40, 3000])
def test_costs_are_those_of_the_formula(order, length):
    train, test = some_text(length), some_text(80, seed=1) + "zab" + "aaaa" + "zz" + "b"
    got = NGram(train, order).costs(test)
    p = formula(train, order)
    want = [
        -math.log(p(w, test[max(0, i - order + 1) : i], min(order, i + 1)))
        for i, w in enumerate(test)
    ]
    np.testing.assert_allclose(got, want)


def test_probabilities_add_up_to_one():
    train = some_text(2000)
    model = NGram(train, 4)
    for history in ("", "a", "fab", "zzz", "abc"):
        total = sum(math.exp(-model.costs(history + w)[-1]) for w in "abcdefz")
        assert total == pytest.approx(1.0)


def test_a_longer_memory_helps_where_there_is_something_to_remember():
    train, test = some_text(20_000), some_text(2000, seed=3)
    costs = [NGram(train, order).costs(test).mean() for order in (1, 2, 3, 5)]
    assert costs[0] > costs[1] > costs[2] + 0.05
    assert abs(costs[3] - costs[2]) < 0.15


@pytest.mark.parametrize("train", ["a", "ab", "aaaaaaa", "abcabc"])
def test_tiny_texts(train):
    assert np.isfinite(NGram(train).costs("abcz")).all()
    assert len(NGram(train).costs("")) == 0


def test_compressors_are_charged_for_what_is_new():
    text = some_text(5000)
    alone, after = compressed_bits(text), compressed_bits(text, after=text)
    assert alone["bz2"] == 8 * len(bz2.compress(text.encode(), 9)) / 5000
    assert 1.5 < alone["lzma"] < 8
    assert after["lzma"] < 0.1 * alone["lzma"]
    assert set(after) == {"gzip", "bz2", "lzma"}
