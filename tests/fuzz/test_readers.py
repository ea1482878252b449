"""A short run of each fuzzer; `python -m tests.fuzz.readers` runs the long ones.

The harness itself is tested by readers that are wrong in the ways that it has to find.
"""

import random
import time

import pytest

from seqloom.errors import DataError

from .harness import Target, run
from .mutators import damage_bytes, damage_json
from .readers import READERS

CASES = 60


@pytest.mark.parametrize("name", sorted(READERS))
def test_only_our_errors_come_out(name, tmp_path):
    report = run(READERS[name](), CASES, folder=tmp_path)
    assert not report.faults, report.say()
    assert report.taken + report.refused == CASES
    assert report.taken


def _wrong(path):
    data = path.read_bytes()
    if len(data) % 3 == 0:
        raise DataError("fine")
    if len(data) % 3 == 1:
        raise KeyError("not fine")


def test_foreign_exceptions_are_found_and_kept(tmp_path):
    target = Target("wrong", [b"abcdef" * 9, b"12,34"], _wrong)
    reports = [run(target, 40, folder=tmp_path, workers=workers) for workers in (0, 0)]
    assert reports[0].taken
    assert reports[0].refused
    assert reports[0].faults == reports[1].faults
    for fault in reports[0].faults:
        assert fault.kind == "KeyError"
        kept = (tmp_path / f"wrong-{fault.case}").read_bytes()
        assert kept == target.case(fault.case)
    assert len(list(tmp_path.iterdir())) == len(reports[0].faults)
    assert "KeyError" in reports[0].say()


def test_time_is_found_even_where_exceptions_are_swallowed(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.fuzz.harness.SECONDS", 0.05)

    def slow(path):
        while True:
            try:
                end = time.process_time() + 0.01
                while time.process_time() < end:
                    pass
            except Exception:
                pass

    [fault] = run(Target("slow", [b"a"], slow), 1, folder=tmp_path).faults
    assert fault.kind == "time"


def test_damage_repeats_and_differs():
    for damage, value in ((damage_bytes, b"one 1\ntwo 2.5\n" * 9), (damage_json, {"a": [1, "b"]})):
        cases = [repr(damage(random.Random(n), value)) for n in range(50)]
        assert cases == [repr(damage(random.Random(n), value)) for n in range(50)]
        assert len(set(cases)) > 25
    assert value == {"a": [1, "b"]}
