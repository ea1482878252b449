"""What it costs to look: every state and gate of every step, against a plain forward pass.

    python benchmarks/trace.py [TEXT]

Runs the cases whose name contains TEXT, or all. The same layer runs with `return_states=True` and
without, in turns, on the native core, on one thread, by processor time; outputs are compared to the
bit first. Two kinds of pass: one that stands alone, and one that keeps what a backward pass will
need, as in training. A run is an occasion; the last two are kept in
`benchmarks/results/trace.json`, and their table is written to `docs/performance.md`.
"""

import datetime
import json
import os
import statistics
import sys
import time
from typing import Any, NamedTuple

import torch
from tables import DOCS, RESULTS, write_tables
from timing import in_turns, machine, ratio

from seqloom.layers.recurrent import LAYERS
from seqloom.layers.switch import describe

FILE = RESULTS / "trace.json"
BAR = 1.3  # the most that looking may cost, as a multiple of the plain pass


class Case(NamedTuple):
    """A layer over a batch; lengths from 1 to T if `ragged`."""

    cell: str
    B: int
    T: int
    I: int
    H: int
    both: bool = False
    ragged: bool = False
    layers: int = 1

    @property
    def name(self) -> str:
        extra = [f"{self.layers} layers"] if self.layers > 1 else []
        extra += ["both ways"] if self.both else []
        extra += ["ragged"] if self.ragged else []
        return ", ".join([f"{self.cell} {self.B}, {self.T}, {self.I}, {self.H}", *extra])


CASES = [
    *(Case(cell, 32, 50, H, H) for cell in ("rnn", "lstm", "gru") for H in (128, 256, 512)),
    *(Case(cell, 1, 200, 512, 512) for cell in ("rnn", "lstm", "gru")),
    Case("gru", 32, 50, 128, 256, both=True, ragged=True, layers=2),
    Case("lstm", 32, 50, 128, 256, both=True, ragged=True, layers=2),
]


def measure(case: Case) -> dict[str, Any]:
    """Medians, in seconds, and the cost of looking in both kinds of pass."""
    torch.manual_seed(0)
    layer = LAYERS[case.cell](
        case.I, case.H, case.layers, batch_first=True, bidirectional=case.both
    )
    x = torch.randn(case.B, case.T, case.I)
    lengths = torch.randint(1, case.T + 1, (case.B,)) if case.ragged else None

    def run(look: bool, grad: bool, read: bool = False) -> Any:
        with torch.set_grad_enabled(grad):
            done = layer(x, lengths=lengths, return_states=look)
            return [(trace.forward, trace.backward) for trace in done[2]] if read else done

    assert torch.equal(run(True, False)[0], run(False, False)[0]), f"{case.name}: another output"
    found: dict[str, Any] = {}
    for kind, grad in (("alone", False), ("training", True)):
        spent = in_turns(
            {
                "look": lambda g=grad: run(True, g),  # type: ignore[misc]
                "plain": lambda g=grad: run(False, g),  # type: ignore[misc]
                "read": lambda g=grad: run(True, g, read=True),  # type: ignore[misc]
            },
            clock=time.process_time,
        )
        found[kind] = {
            "cost": ratio(spent, "look", "plain"),
            "read_cost": ratio(spent, "read", "plain"),
            **{f"{name}_ms": 1e3 * statistics.median(times) for name, times in spent.items()},
        }
    return found


def table(results: dict[str, Any]) -> str:
    """A row a case; costs of both occasions."""
    lines = [
        "| layer | plain, ms | kept | kept and read "
        "| as in training: plain, ms | kept | kept and read |",
        "|---|---|---|---|---|---|---|",
    ]
    for case in CASES:
        found = [o["cases"][case.name] for o in results["occasions"] if case.name in o["cases"]]
        if found:
            cells = []
            for kind in ("alone", "training"):
                cells.append(f"{found[-1][kind]['plain_ms']:.2f}")
                for cost in ("cost", "read_cost"):
                    cells.append(" and ".join(f"{f[kind][cost]:.2f}" for f in found) + " x")
            lines.append(f"| {case.name} | {' | '.join(cells)} |")
    where = "; ".join(
        f"{o['when']}: {o['machine']}, kernels {o['kernels']}" for o in results["occasions"]
    )
    return "\n".join([*lines, "", f"Occasions: {where}."])


def main() -> None:
    text = sys.argv[1] if len(sys.argv) > 1 else ""
    os.environ["SEQLOOM_KERNELS"] = "native"  # an error where the core cannot run
    torch.set_num_threads(1)
    occasion: dict[str, Any] = {
        "when": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        "machine": machine(),
        "kernels": describe(),
        "cases": {},
    }
    for case in CASES:
        if text in case.name:
            found = occasion["cases"][case.name] = measure(case)
            shown = ", ".join(
                f"{kind} {f['plain_ms']:.2f} -> {f['look_ms']:.2f} ms ({f['cost']:.2f} x)"
                for kind, f in found.items()
            )
            over = "" if max(f["cost"] for f in found.values()) <= BAR else f"  above {BAR}"
            print(f"{case.name:<48} {shown}{over}", flush=True)
    if text:
        return
    results = json.loads(FILE.read_text()) if FILE.exists() else {"occasions": []}
    results["occasions"] = [*results["occasions"], occasion][-2:]
    FILE.write_text(json.dumps(results, indent=1) + "\n")
    write_tables(DOCS / "performance.md", {"trace": table(results)})


if __name__ == "__main__":
    main()
