"""Make `cases.json`: what is measured in real traces, of small models that are trained here.

    python -m tests.inspection.verdicts.make DATA FOLDER

DATA holds `reviews/sst2_train.tsv`, `g2p_en/train.tsv`, `text/shakespeare.txt` and
`series/airline-passengers.csv`; runs go to FOLDER and are used again. Some minutes.
"""

import json
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np

import seqloom
from seqloom.cli.app import app
from seqloom.inspection import Trace

HERE = Path(__file__).parent
KEPT = ("importance/leave_one_out", "attention/decoder", "attention/pool", "loss/steps")
SECTIONS = ("memory", "attention", "reach", "importance", "probabilities", "added", "answer")
RECORD = ("pool", "window", "context", "text", "source", "target", "symbols")
C = "model.hidden_size=32 model.embedding_size=32 training.learning_rate=0.01"
ONE_WAY = f"{C} model.pool=last model.bidirectional=false"
G2P = (
    "model.hidden_size=32 model.embedding_size=24 model.encoder_layers=1 model.dropout=0.1 "
    "training.learning_rate=0.01 data.batch_symbols=500"
)
T = "model.hidden_size=48 model.feedforward_size=96 training.learning_rate=0.003"
G = "model.hidden_size=48 data.streams=16 data.chunk=40 training.learning_rate=0.01"
F = "model.hidden_size=24 training.learning_rate=0.01"
S = "model.hidden_size=24 training.learning_rate=0.01"

# name: data, steps, settings; one without a dot is a flag
RUNS = {
    "c-rnn": ("reviews.tsv", 300, f"{ONE_WAY} cell=rnn"),
    "c-lstm": ("reviews.tsv", 300, f"{ONE_WAY} cell=lstm"),
    "c-gru": ("reviews.tsv", 300, f"{C} model.pool=last cell=gru"),
    "c-max": ("reviews.tsv", 300, f"{C} cell=lstm"),
    "c-pool": ("reviews.tsv", 300, f"{C} model.pool=attention cell=gru"),
    "c-mean": ("reviews.tsv", 300, f"{C} architecture=fully-connected"),
    "c-transformer": ("reviews.tsv", 100, f"{T} model.layers=1 architecture=transformer"),
    "c-untrained": ("reviews.tsv", 1, f"{C} model.pool=attention cell=gru"),
    "c-chance": ("shuffled.tsv", 100, f"{ONE_WAY} cell=lstm"),
    "c-rare": ("rare.tsv", 30, f"{ONE_WAY} cell=rnn"),
    "c-overfit": ("few.tsv", 80, f"{ONE_WAY} cell=lstm"),
    "c-negation": ("negation.tsv", 200, f"{ONE_WAY} cell=lstm"),
    "t-lstm": ("g2p.tsv", 300, f"{G2P} cell=lstm"),
    "t-context": ("g2p.tsv", 300, f"{G2P} model.link=context cell=gru"),
    "t-two": ("g2p.tsv", 200, f"{G2P} model.encoder_layers=2 model.bidirectional=false cell=rnn"),
    "t-untrained": ("g2p.tsv", 1, f"{G2P} cell=lstm"),
    "t-chance": ("pairless.tsv", 40, f"{G2P} cell=gru"),
    "t-overfit": ("g2p-few.tsv", 120, f"{G2P} cell=lstm"),
    "g-rnn": ("text.txt", 200, f"{G} cell=rnn"),
    "g-two": ("text.txt", 150, f"{G} model.layers=2 cell=gru"),
    "g-untrained": ("text.txt", 1, f"{G} cell=lstm"),
    "f-rnn": ("airline.csv", 100, f"{F} model.attention=false cell=rnn"),
    "f-mean": ("airline.csv", 100, f"{F} architecture=fully-connected"),
    "f-transformer": ("airline.csv", 60, f"{T} architecture=transformer"),
    "f-untrained": ("airline.csv", 1, f"{F} cell=lstm"),
    "s-untrained": ("tones.tsv", 1, f"{S} cell=gru"),
    "s-las": ("tones.tsv", 40, f"{S} cell=lstm architecture=las"),
}
GOLDEN = {  # models that others tests keep, trained to the end
    "c-golden": "classify-1",
    "t-golden": "transduce-1",
    "t-golden-transformer": "transduce-1-transformer",
    "g-golden": "generate-1",
    "g-golden-transformer": "generate-1-transformer",
    "g-golden-window": "generate-1-window",
    "s-golden": "transcribe-1",
}
GOOD = "it is good fun , good fun from the first scene to the last"
BAD = "a film that is not bad at all but neither is it ever moving"
KNOWN = {  # to the golden models
    "c-golden": ("the plot is not lovely", "the film is neither dull nor poor"),
    "t-golden": ("badcfe", "abab"),
    "t-golden-transformer": ("badcfe", "abab"),
}
INPUTS = {"c": (GOOD, BAD), "t": ("EEVEE", "MISSISSIPPI"), "g": ("ROMEO:\nI am ", "the king ")}


def make_data(shared: Path, folder: Path) -> None:
    """The files of `RUNS`, from real data and by rule."""
    rng = random.Random(1)

    def write(name: str, lines: list[str]) -> None:
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def lines_of(path: Path) -> list[str]:
        return path.read_text(encoding="utf-8").splitlines()

    reviews = lines_of(shared / "reviews/sst2_train.tsv")[:2500]
    write("reviews.tsv", reviews)
    texts, labels = zip(*(line.split("\t") for line in reviews), strict=True)
    mixed = rng.sample(labels, len(labels))
    write("shuffled.tsv", [f"{text}\t{label}" for text, label in zip(texts, mixed, strict=True)])
    write("few.tsv", reviews[:40])
    rare = ["rare" if rng.random() < 0.04 else "usual" for _ in texts]
    write("rare.tsv", [f"{text}\t{label}" for text, label in zip(texts, rare, strict=True)])
    words = rng.sample(lines_of(shared / "g2p_en/train.tsv"), 4000)
    write("g2p.tsv", words)
    write("g2p-few.tsv", words[:60])
    sources, targets = zip(*(line.split("\t") for line in words[:1500]), strict=True)
    other = rng.sample(targets, len(targets))
    write("pairless.tsv", [f"{s}\t{t}" for s, t in zip(sources, other, strict=True)])
    text = (shared / "text/shakespeare.txt").read_text(encoding="utf-8")
    (folder / "text.txt").write_text(text[:200_000], encoding="utf-8")
    write("airline.csv", lines_of(shared / "series/airline-passengers.csv"))
    if not (folder / "negation").exists():
        command("make", "negation", "--distance", "12", "--sentences", "3000", "--out",
                str(folder / "negation"))  # fmt: skip
        command("make", "tones", "--count", "120", "--out", str(folder / "tones"))
    rows = lines_of(folder / "negation/train.tsv")[1:]
    write("negation.tsv", ["\t".join(row.split("\t")[:2]) for row in rows])


def command(*words: str) -> None:
    """The command line."""
    app(list(words), standalone_mode=False)


def model_of(name: str, folder: Path) -> Path:
    """The model of a name, trained if it is not there."""
    if name in GOLDEN:
        return HERE.parents[1] / "export/golden" / f"{GOLDEN[name]}.safetensors"
    data, steps, settings = RUNS[name]
    out = folder / name
    path = folder / "tones/train.tsv" if data == "tones.tsv" else folder / data
    if not (out / "best.safetensors").exists():
        words = ["train", str(path), "--out", str(out), "--quiet"]
        for word in [*settings.split(), f"training.steps={steps}", "training.averaging=0.9"]:
            key, _, value = word.partition("=")
            words += ["--set", word] if "." in key else [f"--{key}", value]
        if name[0] == "f":
            words += ["--horizon", "12"]
        command(*words)
    return out / "best.safetensors"


def compact(trace: Trace) -> dict[str, Any]:
    """What a verdict reads of a trace, numbers to five digits."""
    facts = {key: trace.facts[key] for key in SECTIONS if key in trace.facts}
    record = dict(trace.facts["model"])
    facts["model"] = {k: v for k, v in record.items() if k in RECORD or k.startswith("valid_")}
    names = [n for n in trace if n in KEPT or n.startswith("jacobian/")]
    labels = {a: list(v) for a, v in trace.labels.items() if a not in ("feature", "quantile")}
    if "vocabulary" in labels:
        labels["vocabulary"] = len(labels["vocabulary"])
    return {
        "task": trace.task,
        "kind": trace.kind,
        "input": trace.input,
        "output": trace.output,
        "labels": labels,
        "layers": [vars(layer) for layer in trace.layers],
        "facts": rounded(facts),
        "arrays": {
            name: {"dims": trace[name].dims, "values": rounded(trace[name].values.tolist())}
            for name in names
        },
    }


def rounded(value: Any) -> Any:
    """Five digits are enough for a sentence."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float | np.floating) else value


def traces(name: str, folder: Path) -> list[Trace]:
    """What a model did with its inputs."""
    model = seqloom.load(model_of(name, folder))
    if name[0] == "f":
        return [model.trace(str(folder / "airline.csv"))]
    if name[0] == "s":
        return [model.trace(str(sorted((folder / "tones").rglob("*.wav"))[0]))]
    texts = KNOWN.get(name) or INPUTS[name[0]][: 1 if "untrained" in name else 2]
    return [model.trace(text) for text in texts]


def main(shared: Path, folder: Path) -> None:
    """All of it."""
    folder.mkdir(parents=True, exist_ok=True)
    make_data(shared, folder)
    cases = {}
    for name in (*RUNS, *GOLDEN):
        for number, trace in enumerate(traces(name, folder), 1):
            cases[f"{name} {number}"] = compact(trace)
            print(f"{name} {number}", *trace.facts["verdict"], sep="\n    ", flush=True)
    lines = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in cases.items()]
    (HERE / "cases.json").write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
