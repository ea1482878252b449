"""The native core against torch and JAX, on the shapes of shapes.py.

    pip install torch jax && python benchmarks/kernels.py [TEXT]

Runs the cases whose name contains TEXT, or all. Each candidate is first held to float64 autograd,
then all are timed in turns in this process, calls through the public layers included. A run is an
occasion; the last two are kept in `benchmarks/results/kernels.json`, and their table is written to
`docs/performance.md`. Without JAX, its column is empty.
"""

import datetime
import json
import os
import statistics
import sys
from typing import Any

import numpy as np
import torch
from shapes import Bar, DecoderCase, LayerCase, registry
from tables import DOCS, RESULTS, write_tables
from timing import gemm_ceiling, in_turns, machine, ratio
from work import Candidate, Work, make_work, ours, peer

try:
    import jax
    from work_jax import in_jax
except ImportError:
    jax = None

from seqloom.layers.switch import describe

FILE = RESULTS / "kernels.json"
TOLERANCE = 1e-5


def exact(case: LayerCase | DecoderCase, work: Work) -> list[np.ndarray]:
    """Outputs and gradients by torch's autograd in float64."""
    torch.set_default_dtype(torch.float64)
    double = work.to(torch.float64)
    results = [x.detach().numpy() for x in peer(case, double).train()]
    torch.set_default_dtype(torch.float32)
    return results


def error(got: list[Any], want: list[np.ndarray]) -> float:
    """The largest difference of an array, relative to its norm."""
    worst = 0.0
    for a, b in zip(got, want, strict=True):
        a = a.detach().numpy() if isinstance(a, torch.Tensor) else np.asarray(a)
        worst = max(worst, float(np.linalg.norm(a - b) / np.linalg.norm(b)))
    return worst


def measure(case: LayerCase | DecoderCase) -> dict[str, Any]:
    """Check every candidate, then time them."""
    work = make_work(case).to(torch.float32)
    want = exact(case, work)
    candidates: dict[str, Candidate] = {"ours": ours(case, work), "torch": peer(case, work)}
    if jax is not None:
        candidates["jax"] = in_jax(case, work)
    errors = {name: error(candidate.train(), want) for name, candidate in candidates.items()}
    assert errors["ours"] <= TOLERANCE, f"{case.name}: wrong by {errors['ours']:.1e}"
    assert max(errors.values()) <= 10 * TOLERANCE, f"{case.name}: a peer is wrong: {errors}"
    spent = in_turns(
        {name: candidate.train if case.train else candidate.forward
         for name, candidate in candidates.items()}
    )  # fmt: skip
    steps = work.lengths.sum().item() if work.lengths is not None else case.B * case.T
    flops = case.flops if isinstance(case, DecoderCase) else case.flops(int(steps))
    own = statistics.median(spent["ours"])
    return {
        "error": errors["ours"],
        "milliseconds": {name: 1e3 * statistics.median(times) for name, times in spent.items()},
        "ratios": {name: ratio(spent, name, "ours") for name in spent if name != "ours"},
        "gflops": (3 if case.train else 1) * flops / own / 1e9,
        "rounds": len(spent["ours"]),
    }


def reached(bar: Bar, ratios: dict[str, float]) -> float | None:
    """The ratio that a bar asks for."""
    return min(ratios.values()) if bar.peer == "best" else ratios.get(bar.peer)


def verdict(case: LayerCase | DecoderCase, ratios: dict[str, float]) -> str:
    words = []
    for bar in case.bars:
        found = reached(bar, ratios)
        if found is not None:
            over = "stretch" if found >= bar.stretch else "bar" if found >= bar.least else "below"
            words.append(f"{over} ({bar.least} / {bar.stretch})")
    return ", ".join(words)


def table(results: dict[str, Any]) -> str:
    """A row a case; ratios of both occasions."""
    occasions = results["occasions"]
    lines = [
        "| case | cell | sizes | ours, ms | GF/s | torch / ours | JAX / ours |",
        "|---|---|---|---|---|---|---|",
    ]
    for case in registry():
        found = [o["cases"][case.name] for o in occasions if case.name in o["cases"]]
        if not found:
            continue
        ratios = {
            name: " and ".join(f"{f['ratios'][name]:.2f}" for f in found if name in f["ratios"])
            for name in ("torch", "jax")
        }
        last = found[-1]
        lines.append(
            f"| {case.group} | {case.cell.upper()} | {case.size} | "
            f"{last['milliseconds']['ours']:.2f} | {last['gflops']:.0f} | {ratios['torch']} "
            f"| {ratios['jax']} |"
        )
    where = "; ".join(
        f"{o['when']}: {o['machine']}, {o['peers']}, kernels {o['kernels']}, "
        f"large gemm {o['ceiling']:.0f} GF/s"
        for o in occasions
    )
    worst = max(found["error"] for o in occasions for found in o["cases"].values())
    return "\n".join(
        [*lines, "", f"Occasions: {where}. Largest error against float64: {worst:.1e}."]
    )


def main() -> None:
    text = sys.argv[1] if len(sys.argv) > 1 else ""
    os.environ["SEQLOOM_KERNELS"] = "native"  # an error where the core cannot run
    occasion: dict[str, Any] = {
        "when": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        "machine": machine(),
        "peers": f"JAX {jax.__version__}" if jax else "no JAX",
        "kernels": describe(),
        "ceiling": gemm_ceiling(),
        "cases": {},
    }
    print(f"{occasion['machine']}; large gemm {occasion['ceiling']:.0f} GF/s")
    for case in registry():
        if text in case.name:
            found = occasion["cases"][case.name] = measure(case)
            shown = ", ".join(f"{name} {r:.2f}x" for name, r in found["ratios"].items())
            print(
                f"{case.name:<58} {found['milliseconds']['ours']:8.2f} ms "
                f"{found['gflops']:5.0f} GF/s  {shown}  {verdict(case, found['ratios'])}",
                flush=True,
            )
    if text:
        return
    results = json.loads(FILE.read_text()) if FILE.exists() else {"occasions": []}
    results["occasions"] = [*results["occasions"], occasion][-2:]
    FILE.write_text(json.dumps(results, indent=1) + "\n")
    write_tables(DOCS / "performance.md", {"kernels": table(results)})


if __name__ == "__main__":
    main()
