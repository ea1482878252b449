"""Timing that others can repeat: several candidates in one process, in turns, by medians."""

import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch

PAUSE = 0.01  # seconds


def in_turns(
    candidates: dict[str, Callable[[], object]],
    seconds: float = 3.0,
    least: int = 7,
    most: int = 101,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Time each candidate once a round, beginning each round with another one.

    Before a turn there is a pause in which a peer's threads stop to spin, and an untimed call, so
    that each finds its own data in the caches and its own threads awake, as in a training loop.

    Args:
        candidates: What to call, by name.
        seconds: How long to go on.
        least: Rounds at least, however long they take.
        most: Rounds at most.
        clock: What is timed; `time.process_time` leaves out what others do, for a single thread.
    Returns:
        Seconds of every call, by name, a list entry for each round.
    """
    names = list(candidates)
    spent: dict[str, list[float]] = {name: [] for name in names}
    for name in names:
        candidates[name]()
    begun = time.perf_counter()
    rounds = 0
    while rounds < least or (rounds < most and time.perf_counter() - begun < seconds):
        for k in range(len(names)):
            name = names[(rounds + k) % len(names)]
            time.sleep(PAUSE)
            candidates[name]()
            before = clock()
            candidates[name]()
            spent[name].append(clock() - before)
        rounds += 1
    return spent


def ratio(spent: dict[str, list[float]], peer: str, ours: str) -> float:
    """Median over the rounds of the peer's time divided by ours."""
    pairs = zip(spent[peer], spent[ours], strict=True)
    return statistics.median(theirs / own for theirs, own in pairs)


def gemm_ceiling() -> float:
    """GF/s of a large float32 `torch.mm`, the practical ceiling of the machine at this moment."""
    a = torch.randn(2048, 2048)
    spent = in_turns({"mm": lambda: torch.mm(a, a)}, seconds=2.0)["mm"]
    return 2 * 2048**3 / statistics.median(spent) / 1e9


def machine() -> str:
    """Processor, threads, torch."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return (
        f"{names[0] if names else platform.processor() or platform.machine()}, "
        f"{torch.get_num_threads()} threads, torch {torch.__version__}"
    )
