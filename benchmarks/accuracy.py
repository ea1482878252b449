"""Train on real data, choose on validation data, report test data once; write the tables.

    python benchmarks/accuracy.py --data FOLDER [CASE ...]

FOLDER holds `g2p_en/` and `g2p_multi/` (docs/results.md says where they come from). Each case is a
run in `runs/`; one that was interrupted is resumed, one that is finished is not trained again.
Results go to `benchmarks/results/accuracy.json`, tables to `README.md`, `docs/results.md` and
`docs/performance.md`, the figure to `docs/figures/links.png`.
"""

import argparse
import json
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from tables import DOCS, README, RESULTS, write_tables

import seqloom
from seqloom.config import config_from, read_toml
from seqloom.data.pairs.pairs import group_by_source, read_pairs
from seqloom.evaluation import evaluate_outputs

FILE, EPOCHS = RESULTS / "accuracy.json", RESULTS / "epoch.json"

SMALL = {"hidden_size": 128, "embedding_size": 64, "attention_size": 64}


@dataclass(frozen=True)
class Case:
    """One run: files below the data folder, and settings beside the defaults."""

    name: str
    train: str
    valid: str
    test: str
    settings: dict[str, Any] = field(default_factory=dict)


def _g2p_en(name: str, settings: dict[str, Any]) -> Case:
    return Case(name, "g2p_en/train.tsv", "g2p_en/dev.tsv", "g2p_en/test.tsv", settings)


def _g2p_multi(name: str) -> Case:
    files = (f"g2p_multi/{name}_{part}.tsv" for part in ("train", "dev", "test"))
    return Case(f"g2p-{name}", *files)


CASES = [
    _g2p_en("g2p-en", {}),
    _g2p_multi("dut"),
    _g2p_multi("jpn_hira"),
    _g2p_multi("kor"),
    _g2p_en("link-attention", {"model": SMALL, "training": {"epochs": 3}}),
    _g2p_en("link-context", {"model": {**SMALL, "link": "context"}, "training": {"epochs": 3}}),
]

WER_GOALS = [30.0, 26.0, 24.5]
LANGUAGES = ["g2p-dut", "g2p-jpn_hira", "g2p-kor"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(c.name for c in CASES))
    arguments = parser.parse_args()
    known = {case.name: case for case in CASES}
    results = json.loads(FILE.read_text()) if FILE.exists() else {}
    for name in arguments.cases or known:
        results[name] = measure(known[name], arguments.data, arguments.runs / name)
        FILE.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    write_docs(results)


def measure(case: Case, data: Path, run: Path) -> dict[str, Any]:
    """Train unless done, then evaluate the test file with the model file alone."""
    if (run / "log.jsonl").exists():
        result = seqloom.resume(run)
    else:
        result = seqloom.train(
            data / case.train,
            run,
            valid=data / case.valid,
            config=config_from(case.settings),
        )
    assert result.finished, "interrupted: run the script again"
    events = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    model = seqloom.load(result.path)
    examples = group_by_source(read_pairs(data / case.test))
    sources = [example.source for example in examples]
    found = evaluate_outputs(
        sources,
        model.predict(sources),
        [example.targets for example in examples],
        split_source=model.parts.source.split,
        split_target=model.parts.target.split,
        bleu_tokenizer="none",
    )
    return {
        "settings": case.settings,
        "parameters": events[0]["parameters"],
        "steps": result.steps,
        "minutes": round(events[-1]["seconds"] / 60, 1),
        "kernels": events[0].get("kernels", "torch"),
        "curve": [
            [event["step"], round(event["seconds"] / 60, 2), round(event["output_error"], 2)]
            for event in events
            if event["event"] == "validation"
        ],
        "valid": {
            key: model.file.training[f"valid_{key}"] for key in ("symbol_error", "output_error")
        },
        "beam": model.file.decoding.beam,
        "seed": config_from(read_toml(run / "config.toml")).training.seed,
        "test": found.to_json(),
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads, "
        f"torch {torch.__version__}",
    }


def write_docs(results: dict[str, Any]) -> None:
    """The tables of README.md and docs/results.md between their markers, and the figure."""
    tables = {"accuracy": _accuracy_table(results)}
    if {"link-attention", "link-context"} <= set(results):
        tables["links"] = _links_table(results)
        _draw_links(results, DOCS / "figures" / "links.png")
    if EPOCHS.exists() and "curve" in results.get("g2p-en", {}):
        tables["minutes"] = _minutes_table(results["g2p-en"]["curve"])
    for page in (DOCS / "results.md", DOCS / "performance.md", README):
        write_tables(page, tables)


def _accuracy_table(results: dict[str, Any]) -> str:
    lines = [
        "| case | parameters | steps | minutes | test WER % (95 %) | test PER % (95 %) |",
        "|---|---|---|---|---|---|",
    ]
    for case in CASES:
        if case.name in results:
            r = results[case.name]
            wer, per = r["test"]["output_error_rate"], r["test"]["symbol_error_rate"]
            lines.append(
                f"| {case.name} | {r['parameters']:,} | {r['steps']:,} | {r['minutes']} "
                f"| {_score(wer)} | {_score(per)} |"
            )
        if case.name == LANGUAGES[-1] and set(LANGUAGES) <= set(results):
            rates = [results[name]["test"]["output_error_rate"]["value"] for name in LANGUAGES]
            lines.append(f"| mean of the three languages | | | | {sum(rates) / 3:.2f} | |")
    return "\n".join(lines)


def _score(score: dict[str, Any]) -> str:
    return f"{score['value']:.2f} ({score['low']:.2f} to {score['high']:.2f})"


def _links_table(results: dict[str, Any]) -> str:
    lines = [
        "| letters | words | context WER % | attention WER % | context PER % | attention PER % |",
        "|---|---|---|---|---|---|",
    ]
    rows = (results[f"link-{link}"]["test"]["by_length"] for link in ("context", "attention"))
    for c, a in zip(*rows, strict=True):
        span = str(c["low"]) if c["low"] == c["high"] else f"{c['low']} to {c['high']}"
        lines.append(
            f"| {span} | {c['sources']:,} | {c['output_error_rate']:.1f} "
            f"| {a['output_error_rate']:.1f} | {c['symbol_error_rate']:.1f} "
            f"| {a['symbol_error_rate']:.1f} |"
        )
    return "\n".join(lines)


def _minutes_table(curve: list[list[float]]) -> str:
    """When each goal was first met; on torch's path the same steps take longer by epoch.json."""
    occasions = json.loads(EPOCHS.read_text())["occasions"]
    slower = sum(occasion["ratio"] for occasion in occasions) / len(occasions)
    lines = [
        "| validation WER % | steps | native, minutes | torch's path, minutes |",
        "|---|---|---|---|",
    ]
    for goal in WER_GOALS:
        for step, minutes, error in curve:
            if error <= goal:
                lines.append(
                    f"| {goal} ({error:.1f}) | {step:,} | {minutes:.1f} | {minutes * slower:.1f} |"
                )
                break
    return "\n".join(lines)


def _draw_links(results: dict[str, Any], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.4), layout="constrained")
    axes = figure.subplots()
    for link, color in (("context", "#d95f02"), ("attention", "#1b6ca8")):
        rows = results[f"link-{link}"]["test"]["by_length"]
        middles = [(row["low"] + row["high"]) / 2 for row in rows]
        rates = [row["symbol_error_rate"] for row in rows]
        axes.plot(middles, rates, "o-", color=color)
        axes.annotate(
            link,
            (middles[-1], rates[-1]),
            xytext=(6, 0),
            color=color,
            textcoords="offset points",
            va="center",
        )
    axes.set_xlabel("letters in the word")
    axes.set_ylabel("wrong phones (%)")
    axes.set_ylim(bottom=0)
    axes.margins(x=0.12)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
