"""The numbers of the story, each under its name in `numbers.txt`.

A number that is not here is not in a chapter. `of_untrained()` needs no training and no data, and
is the same on every machine; a test computes it anew.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from seqloom.data.texts.labelled import read_labelled
from seqloom.data.texts.negation import ARTICLE
from seqloom.evaluation.edit_distance import best_reference
from seqloom.inspection import Trace

from .gradients import difference, fallen, reader_of, remembered, trace_reader, untrained
from .learning import history
from .networks import (
    DISTANCE,
    NETWORKS,
    RECALL,
    RECALL_SEEDS,
    RECALL_STEPS,
    SEED,
    WORDS,
    negation_file,
    recalled,
    trained,
)

BETWEEN = "on a cold november evening after the long drive into town with an old friend beside me"
CHANGED = ("unlikely", "likely")
LONG = f"it is highly unlikely {BETWEEN} as things stand that i would not recommend this movie"
CELLS = ("rnn", "lstm", "gru")
KINDS = ("fully-connected", *CELLS)
CODERS = ("context", "attention", "transformer")
LENGTHS = ((3, 5), (6, 8), (9, 11), (12, 22))  # letters of a word
TEST_WORDS, TEST_REVIEWS, LONG_REVIEW = 1500, 60, 25
CARRIED = 0.5  # of the range from -1 to 1: a unit's state has changed
WORD = "CONTEMPORANEOUSLY"


def norms(trace: Trace) -> np.ndarray:
    """‖dL/dh_t‖ of each step."""
    return np.linalg.norm(trace["gradient/encoder.0/h"].values, axis=1)


def untrained_trace(cell: str, forget_bias: float = 0.0) -> Trace:
    """What an untrained network does with the long sentence: random weights, random vectors."""
    reader = untrained(cell)
    if forget_bias:
        weights, H = reader.weights, reader.weights.weight_hh.shape[1]
        bias = weights.bias_ih + np.repeat([0.0, forget_bias, 0.0, 0.0], H)
        reader = reader._replace(weights=weights._replace(bias_ih=bias))
    words = tuple(LONG.split())
    known = {word: i for i, word in enumerate(dict.fromkeys(words))}
    vectors = np.random.default_rng(SEED).normal(size=(len(known), 32))
    return trace_reader(reader, vectors[[known[word] for word in words]], words, answer=1)


def trained_trace(model: Any, text: str = LONG) -> Trace:
    """What a trained reader does with a text, and the gradient of its own answer's loss."""
    symbols = model.encode(text)
    x = model.network.embedding[symbols].astype(np.float64)
    answer = int(model.predict_proba([text])[0].argmax())
    words = tuple(model.parts.reader.symbols(text))
    return trace_reader(reader_of(model), x, words, answer)


def of_untrained() -> dict[str, str]:
    """How far back the gradient of an untrained network reaches, on the long sentence.

    With them the settings that the text speaks of.
    """
    found = {
        "words": str(len(LONG.split())),
        "distance": str(DISTANCE),
        "steps-negation": f"{NETWORKS['negation-rnn'].steps:,}",
        "steps-longer": f"{NETWORKS['negation-rnn-longer'].steps:,}",
        "carried": str(CARRIED),
        "recall-steps": f"{RECALL_STEPS:,}",
        "recall-seeds": str(RECALL_SEEDS),
        "recall-networks": str(len(CELLS) * len(RECALL) * RECALL_SEEDS),
        "pairs": f"{WORDS:,}",
        "steps-words": f"{NETWORKS['words-attention'].steps:,}",
        "steps-transformer": f"{NETWORKS['words-transformer'].steps:,}",
        "networks": str(len(NETWORKS)),
    }
    for cell in CELLS:
        sizes = remembered(untrained_trace(cell))
        found[f"untrained-{cell}-steps"] = reach(sizes)
        found[f"untrained-{cell}-first"] = scientific(sizes[0] / sizes.max())
    for bias in (1, 2):
        sizes = remembered(untrained_trace("lstm", bias))
        found[f"untrained-lstm-bias{bias}-steps"] = reach(sizes)
        found[f"untrained-lstm-bias{bias}-least"] = f"{100 * sizes.min() / sizes.max():.0f}"
    jacobian = untrained_trace("rnn")["jacobian/encoder.0/state"].values
    found["untrained-rnn-factor"] = (
        f"{(jacobian[0] / jacobian[-1]) ** (1 / (len(jacobian) - 1)):.2f}"
    )
    return found


def negation(runs: Path) -> dict[str, str]:
    """Accuracy by words between, the sentence itself, and effective memory after training."""
    rows = [line.split("\t") for line in _lines(negation_file("test", runs))[1:]]
    found = {}
    for name in (*KINDS, "rnn-longer"):
        model = trained(f"negation-{name}", Path(), runs)
        right = np.array(
            [p == row[1] for p, row in zip(model.predict([r[0] for r in rows]), rows, strict=True)]
        )
        far = np.array([int(row[2]) for row in rows])
        found[f"negation-{name}"] = f"{100 * right.mean():.1f}"
        for distance in sorted(set(far)):
            found[f"negation-{name}-{distance}"] = f"{100 * right[far == distance].mean():.0f}"
        positive = model.predict_proba([ARTICLE])[0][model.labels.index("positive")]
        found[f"sentence-{name}"] = f"{100 * positive:.0f}"
        found[f"parameters-{name}"] = f"{sum(t.size for t in model.file.tensors.values()):,}"
        if name in CELLS:
            trace = trained_trace(model)
            found[f"trained-{name}-first"] = scientific(norms(trace)[0] / norms(trace).max())
            found |= _kept(trace, trained_trace(model, LONG.replace(*CHANGED)))
        if name in ("lstm", "rnn-longer"):
            run = history(runs / f"negation-{name}")
            found |= {
                f"opened-{name}": f"{run.opened():,}",
                f"learned-{name}": f"{run.learned():,}",
            }
        if name == "gru":
            found |= _carried(trace, model)
    found["negation-test"] = f"{len(rows):,}"
    return found


def recall(runs: Path) -> dict[str, str]:
    """Right answers by distance, each seed; reach of the gradient before training and after."""
    found = {}
    for entry in recalled(runs)["entries"]:
        for distance in RECALL:
            of = [run for run in entry["runs"] if run["length"] == distance]
            name = f"recall-{entry['name']}-{distance}"
            found[name] = ", ".join(f"{run['score']:.0f}" for run in of)
            for when in ("start", "end"):
                reached = ", ".join(str(run["memory"][when]) for run in of)
                found[f"{name}-{when}"] = reached
    return found


def _kept(trace: Trace, other: Trace) -> dict[str, str]:
    """Over the neutral words: units whose gate stays open, and the share of gradient kept.

    Also how the difference develops that another word, before them, makes in the state.
    """
    words = trace.labels["source"]
    passing = slice(words.index("evening"), words.index("that"))
    found = {}
    for cell, gate in (("lstm", "f"), ("gru", "z")):
        if f"states/encoder.0/{gate}" in trace:
            mean = trace[f"states/encoder.0/{gate}"].values[passing].mean(axis=0)
            found[f"{cell}-open"] = str((mean > 0.9).sum())
            found[f"{cell}-closed"] = str((mean < 0.5).sum())
    sizes = remembered(trace)[passing]
    changes = difference(trace, other)[passing]
    return found | {
        f"{trace.kind}-passing": f"{sizes[0] / sizes[-1]:.2f}",
        f"{trace.kind}-keeps": f"{changes[-1] / changes[0]:.1f}",
    }


def _carried(trace: Trace, model: Any) -> dict[str, str]:
    """Which units of the GRU still depend, after the neutral words, on the word before them.

    The same sentence with *likely* for *unlikely*: units whose state differs by `CARRIED` at the
    last of these words, among those whose update gate stayed open, and among the others.
    """
    text = LONG.replace(*CHANGED)
    other = trained_trace(model, text)
    words = trace.labels["source"]
    passing = slice(words.index("evening"), words.index("that"))
    z, h, h_other = (
        of[f"states/encoder.0/{name}"].values
        for of, name in ((trace, "z"), (trace, "h"), (other, "h"))
    )
    open_ = z[passing].mean(axis=0) > 0.9
    differs = np.abs(h - h_other)[passing.stop - 1] > CARRIED
    positive = model.predict_proba([text])[0][model.labels.index("positive")]
    return {
        "gru-carried": str(differs.sum()),
        "gru-carried-open": str((differs & open_).sum()),
        "gru-carried-others": str((differs & ~open_).sum()),
        "gru-others": str((~open_).sum()),
        "gru-rewriting": str((z[words.index("unlikely") + 2] < 0.5).sum()),
        "likely-gru": f"{100 * positive:.0f}",
    }


def reviews(data: Path, runs: Path) -> dict[str, str]:
    """Film reviews: accuracy, and how much gradient a trained network sends far back."""
    found_rows = read_labelled(data / "reviews/sst2_test.tsv")
    texts = [row.text for row in found_rows]
    found = {"reviews-test": f"{len(texts):,}"}
    for name in KINDS:
        model = trained(f"reviews-{name}", data, runs)
        answers = zip(model.predict(texts), found_rows, strict=True)
        right = [answer == row.label for answer, row in answers]
        found[f"reviews-{name}"] = f"{100 * np.mean(right):.1f}"
        if name in CELLS:
            long = [t for t in texts if len(t.split()) >= LONG_REVIEW][:TEST_REVIEWS]
            found[f"reviews-{name}-back"] = scientific(np.median([_back(model, t) for t in long]))
    return found | {"reviews-long": str(TEST_REVIEWS), "reviews-length": str(LONG_REVIEW)}


def _back(model: Any, text: str) -> float:
    """Gradient so many steps before the end of a text, as a share of the last step's."""
    sizes = norms(trained_trace(model, text))
    return float(sizes[-LONG_REVIEW] / sizes[-1])


def words(data: Path, runs: Path) -> dict[str, str]:
    """English words to their sounds: wrong phones in %, by letters of the word."""
    found = {"words-test": f"{TEST_WORDS:,}"}
    for coder in CODERS:
        errors = word_errors(coder, data, runs)
        found |= {
            f"words-{coder}-{low}": f"{error:.1f}"
            for (low, _), error in zip(LENGTHS, errors[1], strict=True)
        }
        found[f"words-{coder}"] = f"{errors[0]:.1f}"
        model = trained(f"words-{coder}", data, runs)
        found[f"parameters-{coder}"] = f"{sum(t.size for t in model.file.tensors.values()):,}"
        found[f"word-{coder}"] = model.predict([WORD])[0]
    ratio = float(found["words-context-12"]) / float(found["words-attention-12"])
    return found | {"words-ratio": f"{ratio:.1f}"}


def word_errors(coder: str, data: Path, runs: Path) -> tuple[float, list[float]]:
    """Wrong phones in %, of all test words and by `LENGTHS`; the nearest pronunciation counts."""
    references: dict[str, list[list[str]]] = defaultdict(list)
    for line in _lines(data / "g2p_en/test.tsv"):
        spelling, phones = line.split("\t")
        references[spelling].append(phones.split())
    some = np.random.default_rng(SEED).permutation(sorted(references))[:TEST_WORDS]
    outputs = trained(f"words-{coder}", data, runs).predict(list(some))
    counts = np.array(
        [best_reference(o.split(), references[w]) for o, w in zip(outputs, some, strict=True)]
    )
    wrong = counts[:, 1]
    sizes = np.array([len(references[w][i]) for w, i in zip(some, counts[:, 0], strict=True)])
    letters = np.array([len(w) for w in some])
    parts = [(letters >= low) & (letters <= high) for low, high in LENGTHS]
    return 100 * wrong.sum() / sizes.sum(), [100 * wrong[p].sum() / sizes[p].sum() for p in parts]


def reach(sizes: np.ndarray) -> str:
    """Steps back after which a gradient is below 1 % of the largest, or `never`."""
    steps = fallen(sizes)
    return "never" if steps is None else str(steps)


def scientific(value: float) -> str:
    """A small number for text: 0.021, or 3.3e-10 as the formula of 3 times 10 to the -10."""
    if value >= 0.001:
        return f"{value:.2g}"
    digits, power = f"{value:.0e}".split("e")
    return rf"${digits} \times 10^{{{int(power)}}}$"


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
