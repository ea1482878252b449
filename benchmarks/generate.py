"""Language models of one text, each trained as long, beside counting and compressing.

    python benchmarks/generate.py --text shakespeare.txt [--minutes 3] [CASE ...]

The first 90 % of the text train, the last 10 % validate, as char-rnn cut it. Each case is a run in
`runs/`; one that is finished is not trained again. `default` is the task's defaults for ten
minutes, the other cases one architecture each for `--minutes`. The model kept of a run is the best
of its validations, as in the published numbers; scores are of the model file, its state carried
through the whole last part. Results go to `benchmarks/results/generate.json`, the table to
`docs/generate.md`.
"""

import argparse
import json
import platform
import time
from pathlib import Path
from typing import Any

import torch
from tables import DOCS, RESULTS, write_tables

import seqloom
from seqloom.config import config_from, merge, read_toml
from seqloom.data.text.text import read_text, split_by_position
from seqloom.data.vocabulary import UNK
from seqloom.decoding.perplexity import costs, summed, symbols_of
from seqloom.evaluation.compressors import compressed_bits
from seqloom.evaluation.language_baselines import language_baselines
from seqloom.evaluation.ngram import MOST_ORDER, NGram

FILE = RESULTS / "generate.json"
CASES: dict[str, dict[str, Any]] = {
    "default": {},
    "fully-connected": {"model": {"architecture": "fully-connected"}},
    "rnn": {"model": {"cell": "rnn"}},
    "lstm": {"model": {"cell": "lstm"}},
    "gru": {"model": {"cell": "gru"}},
    "transformer": {"model": {"architecture": "transformer"}},
}
DEFAULT_MINUTES = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--table", action="store_true", help="only write the table again")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    arguments = parser.parse_args()
    results = json.loads(FILE.read_text()) if FILE.exists() else {"cases": {}}
    train, valid = split_by_position(read_text(arguments.text), 0.1)
    for name in () if arguments.table else arguments.cases or CASES:
        minutes = DEFAULT_MINUTES if name == "default" else arguments.minutes
        run = arguments.runs / f"generate-{name}"
        results["cases"][name] = measure(name, arguments.text, run, minutes, (train, valid))
        _write(results)
    results["baselines"] = baselines(train, valid)
    results["text"] = {"train": len(train), "valid": len(valid)}
    _write(results)
    write_tables(DOCS / "generate.md", {"generate": table(results)})


def measure(
    name: str, text: Path, run: Path, minutes: float, parts: tuple[str, str]
) -> dict[str, Any]:
    """Train unless done, then score the last part with the model file alone."""
    settings = merge(CASES[name], {"task": "generate", "training": {"minutes": minutes}})
    begun = time.perf_counter()
    if (run / "log.jsonl").exists():
        result = seqloom.resume(run)
    else:
        result = seqloom.train(text, run, config=settings)
    wall = time.perf_counter() - begun
    assert result.finished, "interrupted: run the script again"
    events = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    model = seqloom.load(result.path)
    train, valid = parts
    ids, characters = symbols_of(model.parts.vocabulary, valid)
    nats = costs(model.network, ids)
    score = summed(nats, characters, ids == UNK)
    best = min(e["nats_per_symbol"] for e in events if e["event"] == "validation")
    rates = [e["symbols_per_second"] for e in events if e["event"] == "validation"]
    return {
        "settings": CASES[name],
        "minutes": minutes,
        "minutes_taken": round(events[-1]["seconds"] / 60, 2),
        "minutes_of_this_session": round(wall / 60, 2),
        "parameters": events[0]["parameters"],
        "kernels": events[0]["kernels"],
        "steps": result.steps,
        "epochs": round(events[-1]["epoch"], 1),
        "symbols_per_second": round(rates[-1]),
        "seed": config_from(read_toml(run / "config.toml")).training.seed,
        "valid_in_training": best,
        **score.to_json(),
        "verdicts": [b.verdict() for b in language_baselines(nats, characters, valid, train)],
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads, "
        f"torch {torch.__version__}",
    }


def baselines(train: str, valid: str) -> dict[str, float]:
    """Bits per character of what needs no network."""
    found = {
        f"{order}-gram": float(NGram(train, order).costs(valid).mean()) / 0.6931471805599453
        for order in range(2, MOST_ORDER + 1)
    }
    found |= {f"{name}, alone": bits for name, bits in compressed_bits(valid).items()}
    after = compressed_bits(valid, train)
    return found | {f"{name}, training text first": bits for name, bits in after.items()}


def table(results: dict[str, Any]) -> str:
    lines = [
        "| model | minutes | characters/s | epochs | nats/character | bits/character (95 %) |",
        "|---|---|---|---|---|---|",
    ]
    rows = []
    for name, r in results["cases"].items():
        shown = "**lstm, the default**" if name == "default" else name
        rows.append(
            (
                r["bits_per_character"],
                f"| {shown}, {r['parameters'] / 1e6:.2f} M parameters | {r['minutes_taken']:.1f} "
                f"| {r['symbols_per_second']:,} | {r['epochs']} | {r['nats_per_symbol']:.3f} "
                f"| {r['bits_per_character']:.3f} ({r['low']:.3f} to {r['high']:.3f}) |",
            )
        )
    for name, bits in results["baselines"].items():
        nats = bits * 0.6931471805599453
        rows.append((bits, f"| {name} | | | | {nats:.3f} | {bits:.3f} |"))
    return "\n".join(lines + [row for _, row in sorted(rows)])


def _write(results: dict[str, Any]) -> None:
    FILE.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
