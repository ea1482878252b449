"""Inflection, SIGMORPHON 2023 (German): lemma and features to a form; train, and test once.

    python benchmarks/inflection.py --data FOLDER

FOLDER holds `deu.trn`, `deu.dev` and `deu.tst` of part 1 of the shared task
(https://github.com/sigmorphon/2023InflectionST). Settings are the defaults. A run that was
interrupted is resumed, one that is finished is not trained again. The numbers go to
`benchmarks/results/inflection.json`, the table to `docs/transduce.md`.
"""

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

import torch
from tables import DOCS, RESULTS, write_tables

import seqloom

FILE = RESULTS / "inflection.json"
COLUMNS = {"header": "no", "source_column": "1", "features_column": "2", "target_column": "3"}
# exact match on the test set in %, of the shared task's own program for the non-neural baseline
# (part1/baselines/nonneural.py), run on these files
NON_NEURAL = 79.8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    arguments = parser.parse_args()
    found = measure(arguments.data, arguments.runs / "inflection-deu")
    FILE.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    write_docs(found)


def measure(data: Path, run: Path) -> dict[str, Any]:
    """Train unless done, then evaluate the test file with the model file alone."""
    if (run / "log.jsonl").exists():
        result = seqloom.resume(run)
    else:
        result = seqloom.train(
            data / "deu.trn",
            run,
            valid=data / "deu.dev",
            config={"task": "transduce", "data": COLUMNS},
        )
    assert result.finished, "interrupted: run the script again"
    events = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    model = seqloom.load(result.path, task="transduce")
    found = seqloom.evaluate(model, data / "deu.tst").scores
    return {
        "parameters": events[0]["parameters"],
        "steps": result.steps,
        "minutes": round(events[-1]["seconds"] / 60, 1),
        "kernels": events[0]["kernels"],
        "features": len(model.parts.source.features),
        "valid_output_error": model.file.training["valid_output_error"],
        "test": {k: v for k, v in found.to_json().items() if k not in ("by_length", "confusions")},
        "machine": {
            "cpus": os.cpu_count(),
            "processor": platform.processor() or platform.machine(),
            "load": round(os.getloadavg()[0], 1),
            "torch": torch.__version__,
        },
    }


def write_docs(found: dict[str, Any]) -> None:
    """The table of docs/transduce.md."""
    exact = found["test"]["exact_match"]
    interval = f"{exact['low']:.1f} to {exact['high']:.1f}"
    rows = [
        "| system | accuracy on the test set % (95 %) |",
        "|---|---|",
        f"| seqloom, defaults, {found['minutes']:g} minutes ({found['steps']:,} steps, "
        f"{found['parameters']:,} parameters) | {exact['value']:.1f} ({interval}) |",
        f"| non-neural baseline of the shared task | {NON_NEURAL:.1f} |",
    ]
    write_tables(DOCS / "transduce.md", {"inflection": "\n".join(rows)})


if __name__ == "__main__":
    main()
