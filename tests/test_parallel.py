"""Answers in order, whatever the threads."""

import threading
import time

import numpy as np
import pytest

from seqloom.decoding import LengthLimit, Search, decode
from seqloom.errors import ConfigError
from seqloom.parallel import check_threads, mapped

from .engine.networks import both, built
from .networks.files import CONFIGS, random_network


@pytest.mark.parametrize("threads", [1, 3])
def test_answers_come_in_the_order_of_the_questions(threads):
    def late(number):
        time.sleep(0.02 if number == 0 else 0)
        return number * number

    assert list(mapped(late, range(7), threads)) == [n * n for n in range(7)]


def test_several_threads_work_at_once():
    meeting = threading.Barrier(3, timeout=30)
    assert sorted(mapped(lambda _: meeting.wait(), range(3), 3)) == [0, 1, 2]


def test_an_error_is_raised_where_its_answer_would_be():
    found = []
    with pytest.raises(ZeroDivisionError):
        found.extend(mapped(lambda n: 6 // n, [1, 2, 0, 3], 2))


def test_how_many_threads():
    assert check_threads(4) == 4
    assert check_threads(None) >= 1
    for wrong in (0, -1, 257):
        with pytest.raises(ConfigError, match=f"from 1 to 256, got {wrong}"):
            check_threads(wrong)


@built
def test_threads_change_no_bit_of_a_search():
    network, tensors = random_network(*CONFIGS["pairs: lstm, additive"])
    _, fast = both(network, tensors)
    rng = np.random.default_rng(0)
    sources = [rng.integers(0, 6, rng.integers(1, 9)).tolist() for _ in range(40)]
    search, limit = Search(beam=3, nbest=3), LengthLimit(1.5)
    one = decode(fast, sources, limit, search)
    vars(fast)["threads"] = 3
    assert decode(fast, sources, limit, search) == one
