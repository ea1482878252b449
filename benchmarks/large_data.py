"""Peak memory and time of `seqloom train` up to its first step, on very large files.

    python benchmarks/large_data.py --folder FOLDER [--pairs 1000000 10000000] [--texts 2000000]
        [--text 2000000000]

The files are made here: words drawn from a Markov chain of letters, spelled letter by letter; texts
of such words. Memory is the process's peak resident set, as the kernel counts it; pages of mapped
files count while they are in memory.
"""

import argparse
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

from tables import DOCS, write_tables

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def words(count: int, seed: int = 1) -> "list[str]":
    """Different words."""
    rng = random.Random(seed)
    follow = {a: rng.choices(LETTERS, k=6) for a in LETTERS}
    found: dict[str, None] = {}
    while len(found) < count:
        word = [rng.choice(LETTERS)]
        while len(word) < 4 or (len(word) < 14 and rng.random() < 0.85):
            word.append(rng.choice(follow[word[-1]]))
        found["".join(word)] = None
    return list(found)


def write_pairs(path: Path, count: int) -> None:
    """Different words and their letters as phones."""
    parts = words(4000)
    rng = random.Random(2)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            word = parts[number % 4000] + parts[rng.randrange(4000)][:9]
            file.write(f"{word}\t{' '.join(word.upper())}\n")


def write_texts(path: Path, count: int) -> None:
    """About 20 words and a label a line; a word says the label, if faintly."""
    parts, rng = words(40_000), random.Random(4)
    with path.open("w", encoding="utf-8") as file:
        for _ in range(count):
            label = rng.choice(("negative", "positive"))
            some = rng.choices(parts, k=rng.randint(10, 30))
            if rng.random() < 0.5:
                some[0] = f"{label}ly"
            file.write(f"{' '.join(some)}\t{label}\n")


def write_text(path: Path, size: int) -> None:
    """Lines of words, so many bytes."""
    parts, rng, written = words(40_000), random.Random(3), 0
    with path.open("w", encoding="utf-8") as file:
        while written < size:
            line = "\n".join(" ".join(rng.choices(parts, k=12)) for _ in range(1000)) + "\n"
            written += file.write(line)


def measured(data: Path, task: str, out: Path) -> tuple[float, float]:
    """Peak memory in GB and seconds of a run of one step."""
    command = ["train", str(data), "--task", task, "--steps", "1", "--out", str(out), "-q"]
    code = (
        "import resource, sys; from seqloom.cli import main\n"
        "sys.argv = ['seqloom', *sys.argv[1:]]\n"
        "try: main()\n"
        "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - begun
    if done.returncode:
        sys.exit(done.stderr)
    return int(done.stdout.split()[-1]) / 1e6, seconds


def main() -> None:
    """Make, run, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--pairs", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--texts", type=int, nargs="*", default=[2_000_000])
    parser.add_argument("--text", type=int, nargs="*", default=[2_000_000_000])
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    lines = ["| data | size, MB | peak memory, GB | one step done after, s |", "|---|---|---|---|"]
    cases = [(f"{n:,} pairs", n, "transduce", write_pairs) for n in args.pairs]
    cases += [(f"{n:,} labelled texts", n, "classify", write_texts) for n in args.texts]
    cases += [(f"{n:,} bytes of text", n, "generate", write_text) for n in args.text]
    for name, size, task, write in cases:
        data = args.folder / f"{task}-{size}.{'txt' if task == 'generate' else 'tsv'}"
        if not data.exists():
            write(data, size)
        memory, seconds = measured(data, task, args.folder / f"run-{task}-{size}-{time.time():.0f}")
        megabytes = data.stat().st_size / 1e6
        lines.append(f"| {name} | {megabytes:,.0f} | {memory:.2f} | {seconds:.0f} |")
        print(lines[-1], flush=True)
    if args.write:
        write_tables(DOCS / "performance.md", {"large": "\n".join(lines)})


if __name__ == "__main__":
    assert resource.RUSAGE_SELF == 0, "as on Linux"
    main()
