"""The two measurements of the task `classify`: film reviews, and the negation probe.

    python benchmarks/classify.py --data FOLDER [reviews|negation ...]

FOLDER holds `reviews/sst2_{train,dev,test}.tsv` (docs/classify.md says where they come from); the
probe is generated. Runs are in `runs/classify/`; one that is finished is not trained again.
Everything is chosen on validation data: the step of a run, the rate of an architecture of the probe
and the baselines' settings; test data are read once. Results go to
`benchmarks/results/classify.json`, tables to `docs/classify.md`.
"""

import argparse
import dataclasses
import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tables import DOCS, RESULTS, write_tables

import seqloom
from seqloom.config import merge, read_toml
from seqloom.data.texts.labelled import Labelled, TextColumns, read_labelled
from seqloom.data.texts.negation import ARTICLE, make_negation, negation_twins
from seqloom.evaluation.class_baselines import fit_class_baselines
from seqloom.evaluation.classes import compare, evaluate_classes

FILE, PAGE = RESULTS / "classify.json", DOCS / "classify.md"
RECIPE = Path(__file__).parents[1] / "configs" / "negation.toml"
REVIEW_SEEDS, OTHER_SEEDS = (1, 2, 3, 4, 5), (1, 2, 3)
REVIEW_RUNGS: dict[str, dict[str, Any]] = {  # the first is the default of the task
    "LSTM, both ways": {},
    "mean of embeddings": {"architecture": "fully-connected"},
    "RNN, both ways": {"cell": "rnn"},
    "GRU, both ways": {"cell": "gru"},
    "LSTM, both ways, attention": {"pool": "attention"},
    "Transformer": {"architecture": "transformer"},
}
PROBE_RUNGS: dict[str, dict[str, Any]] = {
    "mean of embeddings": {"architecture": "fully-connected"},
    "RNN": {"cell": "rnn"},
    "RNN, 24 epochs": {"cell": "rnn"},
    "GRU": {"cell": "gru"},
    "LSTM": {},
    "LSTM, both ways, attention": {"pool": "attention", "bidirectional": True},
    "Transformer": {"architecture": "transformer", "feedforward_size": 128},
}
PROBE_EPOCHS = {"RNN, 24 epochs": 24}  # else the recipe's
PROBE_RATES, PROBE_SEEDS, PROBE_DISTANCE = (0.002, 0.004), (1, 2), 40
SHOWN = (
    ARTICLE,
    "It is highly likely that I would recommend this movie",
    "It is highly unlikely that I would recommend this movie",
    "It is highly likely that I would not recommend this movie",
    "It is highly unlikely that anyone would deny that I would not recommend this movie",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs/classify"))
    parser.add_argument("parts", nargs="*", default=["reviews", "negation"])
    arguments = parser.parse_args()
    results = json.loads(FILE.read_text()) if FILE.exists() else {}
    for part in arguments.parts:
        measure = {"reviews": measure_reviews, "negation": measure_negation}[part]
        results[part] = measure(arguments.data, arguments.runs)
        FILE.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    write_docs(results)


def trained(run: Path, train: Path, valid: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Train unless done; what the run was, and its model under `model`."""
    if not (run / "curve.png").exists():
        seqloom.train(train, run, valid=valid, config=settings)
    events = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    model = seqloom.load(run / "best.safetensors")
    return {
        "model": model,
        "minutes": round(events[-1]["seconds"] / 60, 2),
        "parameters": events[0]["parameters"],
        "valid_accuracy": model.file.training["valid_accuracy"],
        "step": model.file.training["step"],
        "steps": events[0]["steps"],
        "threads": events[0]["threads"],
    }


# -- reviews ---------------------------------------------------------------------------------------


def measure_reviews(data: Path, runs: Path) -> dict[str, Any]:
    """Every architecture with its seeds, the baselines, and who wins."""
    files = {part: data / "reviews" / f"sst2_{part}.tsv" for part in ("train", "dev", "test")}
    test = read_labelled(files["test"])
    texts, labels = [row.text for row in test], _numbers(test)
    rungs: dict[str, Any] = {}
    right: dict[str, np.ndarray] = {}
    for name, model in REVIEW_RUNGS.items():
        seeds = OTHER_SEEDS if model else REVIEW_SEEDS
        rows, hits = [], []
        for seed in seeds:
            settings = {"task": "classify", "model": model, "training": {"seed": seed}}
            run = trained(
                runs / f"reviews-{_slug(name)}-{seed}", files["train"], files["dev"], settings
            )
            probabilities = run.pop("model").predict_proba(texts).astype(np.float64)
            found = evaluate_classes(labels, probabilities, ("negative", "positive"))
            rows.append({**run, "seed": seed, "test": _short(found)})
            hits.append(probabilities.argmax(axis=1) == labels)
        rungs[name] = {"settings": model, "runs": rows}
        right[name] = np.mean(hits, axis=0)
    baselines = {}
    for baseline in _baselines(files["train"], files["dev"]):
        probabilities = baseline.predict_proba(texts)
        found = evaluate_classes(labels, probabilities, ("negative", "positive"))
        own = next(iter(REVIEW_RUNGS))
        answers = (probabilities.argmax(axis=1) == labels).astype(np.float64)
        verdict = compare(own, right[own], baseline.name, answers)
        baselines[baseline.name] = {
            "setting": baseline.setting,
            "valid_accuracy": baseline.valid_accuracy,
            "test": _short(found),
            "verdict": str(verdict),
            "comparison": dataclasses.asdict(verdict),
        }
    return {"rungs": rungs, "baselines": baselines, "torch": torch.__version__}


# -- negation --------------------------------------------------------------------------------------


def measure_negation(data: Path, runs: Path) -> dict[str, Any]:
    """Accuracy of every architecture by distance, its rate chosen on the validation file."""
    folder = runs / "negation"
    if not (folder / "test.tsv").exists():
        make_negation(folder, distance=PROBE_DISTANCE, sentences=20_000, seed=1)
    train, valid = folder / "train.tsv", folder / "valid.tsv"
    test = read_labelled(folder / "test.tsv", TextColumns(group="distance"))
    distances = np.array([int(row.group) for row in test])
    texts, labels = [row.text for row in test], _numbers(test)
    rungs: dict[str, Any] = {}
    for name, model in PROBE_RUNGS.items():

        def run(rate: float, seed: int, name: str = name, model: Any = model) -> dict[str, Any]:
            settings = _probe_settings(model, rate, seed)
            if name in PROBE_EPOCHS:
                settings["training"]["epochs"] = PROBE_EPOCHS[name]
            return trained(runs / f"{_slug(name)}-{rate}-{seed}", train, valid, settings)

        rate = max(PROBE_RATES, key=lambda r: run(r, PROBE_SEEDS[0])["valid_accuracy"])
        rows = []
        for seed in PROBE_SEEDS:
            found = run(rate, seed)
            trained_model = found.pop("model")
            hits = trained_model.predict_proba(texts).argmax(axis=1) == labels
            shown = trained_model.predict_proba(SHOWN)[:, trained_model.labels.index("positive")]
            rows.append(
                {
                    **found,
                    "seed": seed,
                    "by_distance": _by_distance(hits, distances),
                    "positive": [round(float(p), 4) for p in shown],
                }
            )
        rungs[name] = {"settings": model, "learning_rate": rate, "runs": rows}
    baselines = {}
    for baseline in _baselines(train, valid):
        hits = baseline.predict_proba(texts).argmax(axis=1) == labels
        baselines[baseline.name] = _by_distance(hits, distances)
    return {
        "rungs": rungs,
        "baselines": baselines,
        "sentences": len(test),
        "example": [s.line for s in negation_twins(1, [10], seed=4)],
    }


def _probe_settings(model: dict[str, Any], rate: float, seed: int) -> dict[str, Any]:
    """The recipe, with the architecture's own network where it has another."""
    recipe = read_toml(RECIPE)
    if "architecture" in model:
        known = ("hidden_size", "dropout", "word_dropout")
        if model["architecture"] == "fully-connected":
            known += ("embedding_size",)
        recipe["model"] = {key: recipe["model"][key] for key in known}
    return merge(recipe, {"model": model, "training": {"learning_rate": rate, "seed": seed}})


def _by_distance(hits: np.ndarray, distances: np.ndarray) -> dict[str, float]:
    return {
        str(d): round(100 * float(hits[distances == d].mean()), 2) for d in np.unique(distances)
    }


# -- both ------------------------------------------------------------------------------------------


def _baselines(train: Path, valid: Path) -> list[Any]:
    from seqloom.data.words import split_words

    rows = [read_labelled(path) for path in (train, valid)]
    sets = [([row.text for row in part], _numbers(part)) for part in rows]
    return fit_class_baselines(*sets, lambda text: split_words(text, lowercase=True), 2)


def _numbers(rows: Sequence[Labelled]) -> np.ndarray:
    return np.array([int(row.label == "positive") for row in rows])


def _short(found: Any) -> dict[str, Any]:
    return {
        "accuracy": dataclasses.asdict(found.accuracy),
        "macro_f1": found.macro_f1.value,
        "log_loss": found.log_loss,
        "calibration_error": found.calibration_error,
    }


def _slug(name: str) -> str:
    return name.lower().replace(",", "").replace(" ", "-")


def write_docs(results: dict[str, Any]) -> None:
    """Write the tables into docs/classify.md."""
    tables = {}
    if "reviews" in results:
        tables["classify-reviews"] = _reviews_table(results["reviews"])
    if "negation" in results:
        tables["classify-negation"] = _negation_table(results["negation"])
        tables["classify-sentences"] = _sentences_table(results["negation"])
    write_tables(PAGE, tables)


def _reviews_table(found: dict[str, Any]) -> str:
    lines = [
        "| classifier | seeds | parameters | minutes a seed | dev accuracy % | test accuracy % "
        "(lowest to highest seed) | test log loss, nats |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in REVIEW_RUNGS:
        runs = found["rungs"][name]["runs"]
        accuracies = [run["test"]["accuracy"]["value"] for run in runs]
        valid = statistics.mean(run["valid_accuracy"] for run in runs)
        loss = statistics.mean(run["test"]["log_loss"] for run in runs)
        minutes = statistics.mean(run["minutes"] for run in runs)
        lines.append(
            f"| {name} | {len(runs)} | {runs[0]['parameters']:,} | {minutes:.1f} | {valid:.2f} | "
            f"{statistics.mean(accuracies):.2f} ({min(accuracies):.2f} to {max(accuracies):.2f}) | "
            f"{loss:.3f} |"
        )
    for name, baseline in found["baselines"].items():
        test = baseline["test"]
        lines.append(
            f"| {name} ({baseline['setting']}) | | | | {baseline['valid_accuracy']:.2f} | "
            f"{test['accuracy']['value']:.2f} | {test['log_loss']:.3f} |"
        )
    lines += ["", *(f"- {b['verdict']}" for b in found["baselines"].values())]
    return "\n".join(lines)


def _negation_table(found: dict[str, Any]) -> str:
    rows = {name: found["rungs"][name]["runs"] for name in PROBE_RUNGS}
    distances = sorted(next(iter(rows.values()))[0]["by_distance"], key=int)
    lines = [
        f"| words between | {' | '.join(distances)} | learning rate |",
        "|---|" + "---|" * (len(distances) + 1),
    ]
    for name, baseline in found["baselines"].items():
        values = " | ".join(f"{baseline[d]:.1f}" for d in distances)
        lines.append(f"| {name} | {values} | |")
    for name, runs in rows.items():
        means = [statistics.mean(run["by_distance"][d] for run in runs) for d in distances]
        rate = found["rungs"][name]["learning_rate"]
        lines.append(f"| {name} | {' | '.join(f'{m:.1f}' for m in means)} | {rate:g} |")
    return "\n".join(lines)


def _sentences_table(found: dict[str, Any]) -> str:
    names = list(PROBE_RUNGS)
    lines = [f"| sentence | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    for i, sentence in enumerate(SHOWN):
        cells = []
        for name in names:
            p = found["rungs"][name]["runs"][0]["positive"][i]
            cells.append(f"{'positive' if p > 0.5 else 'negative'} {100 * max(p, 1 - p):.0f} %")
        lines.append(f"| {sentence}. | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
