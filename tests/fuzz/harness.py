"""Runs damaged files through whatever reads them; only our own errors may come out.

    Target("toml", seeds=[b"..."], read=read_toml)     what is damaged, and who reads it
    run(target, 6000)                                  faults: other exceptions, time, memory

A case is drawn from (target's name, seed, number), so that its number finds it again. A case is a
fault if `read` raises anything but a `SeqloomError` (`AssertionError` of an oracle in `read`
included), takes more than `SECONDS` of processor time, or lets the process grow by more than
`MEMORY`. With workers, cases run in processes of their own, so that one which dies is a fault too
and the rest goes on; the memory there is a limit, not only a count. Each fault's file is kept.
"""

import argparse
import collections
import contextlib
import multiprocessing
import os
import random
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seqloom.errors import SeqloomError

from .mutators import damage_bytes

SECONDS = 6.0  # of processor time, for one case
MEMORY = 1 << 30  # bytes that a case may add
WALL = 120.0  # seconds without a word from a worker
Damage = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


@dataclass(frozen=True)
class Target:
    """What is fuzzed.

    Attributes:
        name: Of the target; part of every case's seed.
        seeds: Files that are right, which cases are made of.
        read: Reads a file, given its path; returns `False` for one that it refused politely by
            other means than an exception, anything else for one that it took.
        damage: From a generator, a seed and all seeds to a damaged file.
        suffix: Of the files' names.
    """

    name: str
    seeds: Sequence[bytes]
    read: Callable[[Path], Any]
    damage: Damage = damage_bytes
    suffix: str = ""

    def case(self, number: int, seed: int = 0) -> bytes:
        """The file of a case."""
        draw = random.Random(f"{self.name} {seed} {number}")
        return self.damage(draw, draw.choice(self.seeds), self.seeds)


@dataclass(frozen=True)
class Fault:
    """A case that ended in another way than it may.

    Attributes:
        case: Its number.
        kind: The exception and the line of ours that raised it, or `time`, `memory`, `died`.
        detail: The message or the traceback.
    """

    case: int
    kind: str
    detail: str


@dataclass
class Report:
    """What a run found: cases that were taken, refused by our errors, and faults."""

    target: str
    taken: int = 0
    refused: int = 0
    faults: list[Fault] = field(default_factory=list)
    slowest: float = 0.0

    def say(self) -> str:
        """A line of counts, and one for each kind of fault."""
        lines = [
            f"{self.target}: {self.taken + self.refused + len(self.faults):,} cases, "
            f"{self.taken:,} taken, {self.refused:,} refused, {len(self.faults):,} faults; "
            f"slowest {self.slowest:.2f} s"
        ]
        kinds = collections.Counter(fault.kind for fault in self.faults)
        for kind, count in kinds.most_common():
            first = next(fault for fault in self.faults if fault.kind == kind)
            detail = first.detail.strip().splitlines()[-1][:160] if first.detail.strip() else ""
            lines.append(f"  {count:5} x {kind}  (case {first.case}) {detail}")
        return "\n".join(lines)


class _Time(BaseException):
    """The case took too long; no `except Exception` on its way stops it."""


def run(
    target: Target,
    cases: int,
    *,
    folder: Path,
    seed: int = 0,
    first: int = 0,
    workers: int = 0,
) -> Report:
    """Run cases `first` to `first + cases`.

    Args:
        target: What is fuzzed.
        cases: How many.
        folder: Where files are put; those of faults stay there, as `TARGET-CASE` and a suffix.
        seed: Another one gives other cases.
        first: The number of the first.
        workers: Processes; 0 runs all in this one, without a limit on memory.
    """
    report = Report(target.name)
    folder.mkdir(parents=True, exist_ok=True)
    numbers = range(first, first + cases)
    if workers:
        _warm(target, folder)
    found = (
        _in_workers(target, numbers, seed, folder, workers)
        if workers
        else (_run_one(target, number, seed, folder) for number in numbers)
    )
    for outcome, seconds in found:
        report.slowest = max(report.slowest, seconds)
        if isinstance(outcome, Fault):
            report.faults.append(outcome)
            if workers:
                print(f"{target.name}-{outcome.case}: {outcome.kind}", file=sys.stderr, flush=True)
        elif outcome:
            report.taken += 1
        else:
            report.refused += 1
    return report


def _warm(target: Target, folder: Path) -> None:
    """Read the seeds, so that the first case of a worker does not pay for what is imported."""
    path = folder / f"{target.name}-0{target.suffix}"
    for seed in target.seeds:
        path.write_bytes(seed)
        target.read(path)
    path.unlink()


def _run_one(target: Target, number: int, seed: int, folder: Path) -> tuple[Fault | bool, float]:
    """One case: a fault, or whether the file was taken; and its seconds of processor time."""
    path = folder / f"{target.name}-{number}{target.suffix}"
    path.write_bytes(target.case(number, seed))
    peak, start = _peak(), time.process_time()
    outcome: Fault | bool
    try:
        with warnings.catch_warnings(), _limited(SECONDS):
            warnings.simplefilter("ignore")
            outcome = target.read(path) is not False
    except SeqloomError as error:
        outcome = False
        if "\n" in str(error) and target.name.startswith("model"):
            outcome = Fault(number, "an error of several lines", repr(str(error)))
    except _Time:
        outcome = Fault(number, "time", f"more than {SECONDS:g} s of processor time")
    except MemoryError:
        outcome = Fault(number, "memory", f"more than {MEMORY:,} bytes")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        outcome = Fault(number, _kind(error), "".join(traceback.format_exception(error)))
    seconds = time.process_time() - start
    if not isinstance(outcome, Fault):
        if _peak() - peak > MEMORY:
            outcome = Fault(number, "memory", f"{_peak() - peak:,} bytes more than before")
        else:
            path.unlink(missing_ok=True)
    return outcome, seconds


def _peak() -> int:
    """Most memory that this process had so far, bytes."""
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise `_Time` after so much processor time."""

    def expired(*_: Any) -> None:
        raise _Time

    before = signal.signal(signal.SIGPROF, expired)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _kind(error: BaseException) -> str:
    """The exception's type and the innermost line of ours that it went through."""
    ours = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if "seqloom" in frame.filename.split("tests")[0]:
            ours = f" at {frame.filename.rpartition('seqloom/')[2]}:{frame.lineno}"
    return type(error).__name__ + ours


def _in_workers(
    target: Target, numbers: range, seed: int, folder: Path, workers: int
) -> Iterator[tuple[Fault | bool, float]]:
    """Shares of the cases, each in a process; one that dies is followed by another."""
    context = multiprocessing.get_context("fork")
    running: dict[Any, tuple[Any, list[int]]] = {}

    def start(left: list[int]) -> None:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(target, left, seed, folder, theirs))
        process.start()
        theirs.close()
        running[ours] = process, left

    for share in range(workers):
        if left := list(numbers[share::workers]):
            start(left)
    while running:
        ready = multiprocessing.connection.wait(list(running), timeout=WALL)
        for pipe in ready or list(running):
            process, left = running[pipe]
            try:
                if not ready:
                    raise EOFError
                outcome, seconds = pipe.recv()
                left.pop(0)
                yield outcome, seconds
            except EOFError:
                process.kill()
                process.join()
                del running[pipe]
                if left:
                    what = f"exit code {process.exitcode}" if ready else f"silent for {WALL:g} s"
                    yield Fault(left.pop(0), "died", what), WALL
                    start(left) if left else None


def _work(target: Target, numbers: list[int], seed: int, folder: Path, pipe: Any) -> None:
    with open("/proc/self/statm", encoding="ascii") as file:
        size = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(1000)
    for number in list(numbers):
        pipe.send(_run_one(target, number, seed, folder))


def main(targets: Callable[[str], Sequence[Target]], option: str, names: Sequence[str]) -> None:
    """The script's face: `--cases`, `--seed`, `--first`, `--workers`, `--keep`, and the option.

    Args:
        targets: From a name to what is fuzzed.
        option: What the option for names is called, e.g. `task`.
        names: Its choices; without it, all of them run.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument(f"--{option}", choices=names, action="append", dest="names")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-cases"))
    asked = parser.parse_args()
    faults = 0
    for name in asked.names or names:
        for target in targets(name):
            report = run(
                target,
                asked.cases,
                folder=asked.keep,
                seed=asked.seed,
                first=asked.first,
                workers=asked.workers,
            )
            faults += len(report.faults)
            print(report.say(), flush=True)
    with contextlib.suppress(OSError):
        asked.keep.rmdir()  # if no case stayed
    sys.exit(1 if faults else 0)
