"""What attention is worth on long words: `seqloom compare` on spelling to phones, small networks.

    python benchmarks/compare.py --data g2p_en [--steps 2000] [--seeds 3]

`--data` is a folder with `train.tsv` and `test.tsv`, CMUdict's PRONASYL-2007 split. Every network
has states of 96 numbers, a layer on each side and the same steps: what one vector can hold is
little, so that the length at which it is full is within the data. It is `seqloom compare train.tsv
--test test.tsv` with the settings below; the folder `runs/compare-g2p` goes on where it stopped.
Results go to `benchmarks/results/compare.json`, tables and the figure
to `docs/compare.md`.
"""

import argparse
import json
import platform
from pathlib import Path
from typing import Any

import torch
from tables import DOCS, RESULTS, write_tables

import seqloom
from seqloom.comparison.live import ComparisonLines
from seqloom.comparison.report import figure, summary
from seqloom.comparison.report.analyse import analyse
from seqloom.comparison.report.markdown import table
from seqloom.comparison.report.read import read_results
from seqloom.comparison.report.tables import length_table, score_table

FILE = RESULTS / "compare.json"
PICTURE = "![Errors by length of the word](figures/compare.png)"
SETTINGS: dict[str, dict[str, Any]] = {
    "data": {"valid_fraction": 0.01},
    "model": {
        **{"hidden_size": 96, "encoder_layers": 1, "decoder_layers": 1, "dropout": 0.1},
        "feedforward_size": 384,
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of train.tsv and test.tsv")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--table", action="store_true", help="only write the tables again")
    arguments = parser.parse_args()
    if not arguments.table:
        if arguments.data is None:
            parser.error("--data must be given")
        FILE.write_text(json.dumps(measure(arguments), indent=1) + "\n")
    write_tables(DOCS / "compare.md", json.loads(FILE.read_text())["tables"])


def _links(ratios: list[dict[str, Any]]) -> str:
    """What the sentence names only if it is the largest: one vector against attention."""
    found = next(r for r in ratios if (r["worse"], r["better"]) == ("gru", "gru-attention"))
    longest, shortest = (
        f"{found[part]['value']:.2f} times ({found[part]['low']:.2f} to {found[part]['high']:.2f})"
        for part in ("longest", "shortest")
    )
    return (
        f"GRU, fixed context, makes {longest} the errors of GRU with attention in the longest "
        f"tenth, and {shortest} in the shortest."
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Compare, or find what was compared; the report's numbers and tables."""
    results = seqloom.compare(
        arguments.data / "train.tsv",
        arguments.runs / "compare-g2p",
        test=arguments.data / "test.tsv",
        budget="steps",
        amount=arguments.steps,
        seeds=arguments.seeds,
        settings=SETTINGS,
        watcher=ComparisonLines(),
    )
    assert results["finished"], "interrupted: run the script again"
    figure(results, DOCS / "figures" / "compare.png")
    found = analyse(read_results(results))
    said = "\n\n".join(summary(results).sentences)
    return {
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
        "versions": results["versions"],
        "settings": SETTINGS,
        "budget": results["budget"],
        "seeds": results["seeds"],
        "report": found.to_json(),
        "tables": {
            "compare": f"{table(score_table(found))}\n\n{said}",
            "compare-links": _links(found.to_json()["ratios"]),
            "compare-lengths": f"{table(length_table(found))}\n\n{PICTURE}",
        },
    }


if __name__ == "__main__":
    main()
