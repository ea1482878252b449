"""Results of a comparison that never ran: errors drawn, so that what is true is known."""

import numpy as np

LADDER = [
    # name, title, kind, error rate at short and at long lengths, parameters
    ("nearest", "Nearest source", "baseline", 0.45, 0.60, None),
    ("rnn", "RNN", "network", 0.12, 0.60, 80_000),
    ("lstm", "LSTM", "network", 0.08, 0.45, 260_000),
    ("gru", "GRU, fixed context", "network", 0.08, 0.44, 200_000),
    ("gru-attention", "GRU with attention", "network", 0.075, 0.14, 240_000),
    ("transformer", "Transformer", "network", 0.085, 0.15, 500_000),
]


def simulated(*, examples=2000, seeds=3, spread=0.003, ladder=LADDER, seed=0):
    """Edits of symbols: the longer a source the more, by the rates of `ladder`."""
    rng = np.random.default_rng(seed)
    lengths = np.clip(rng.gamma(4.0, 2.5, size=examples).round().astype(int), 2, 40)
    hard = rng.normal(size=examples) * 0.6  # some examples are harder for all
    entries = []
    for name, title, kind, short, long, parameters in ladder:
        runs = []
        for run in range(1 if kind == "baseline" else seeds):
            rate = short + (long - short) * np.clip((lengths - 3) / 22, 0, 1.2)
            rate = rate * np.exp(hard * 0.5) + (spread * rng.normal() if kind != "baseline" else 0)
            edits = rng.binomial(lengths, np.clip(rate, 0.001, 0.95))
            runs.append(
                {
                    "seed": None if kind == "baseline" else run + 1,
                    "score": 100 * edits.sum() / lengths.sum(),
                    "seconds": 0.4 if kind == "baseline" else 175 + 10 * rng.random(),
                    "steps": None if kind == "baseline" else 900 + run,
                    "latency_ms": 1 + 4 * rng.random(),
                    "curve": [] if kind == "baseline" else curve(rng, short, long, run),
                    "numerators": edits.tolist(),
                    "denominators": lengths.tolist(),
                    "model": f"runs/{name}-{run + 1}/best.safetensors",
                }
            )
        entries.append(
            {
                "name": name,
                "title": title,
                "rung": name,
                "kind": kind,
                "settings": {},
                "parameters": parameters,
                "bytes": None if parameters is None else 4 * parameters + 3000,
                "runs": runs,
            }
        )
    return {
        "format": 1,
        "kind": "compare",
        "task": "transduce",
        "data": "words.tsv",
        "fingerprint": "0123",
        "created": "2026-11-24T23:30:00Z",
        "versions": {"seqloom": "0.1.0", "torch": "2.13.0"},
        "threads": 2,
        "budget": {"kind": "minutes", "amount": 3.0},
        "seeds": list(range(1, seeds + 1)),
        "measure": {
            "key": "symbol_error",
            "label": "symbol error",
            "unit": "%",
            "digits": 2,
            "rises": False,
            "scale": 100.0,
        },
        "length": {"unit": "source symbols", "values": lengths.tolist()},
        "entries": entries,
    }


def curve(rng, short, long, run):
    steps = np.arange(100, 1100, 100) - 7 * (2 - run)
    end = 100 * (short + 0.3 * (long - short))
    values = end + (95 - end) * np.exp(-steps / 180) + rng.normal(size=len(steps))
    return [
        {"step": int(s), "seconds": 0.19 * float(s), "loss": float(v / 40), "value": float(v)}
        for s, v in zip(steps, values, strict=True)
    ]


def simulated_probe(*, lengths=(10, 50, 100, 200, 400), seeds=2, seed=0):
    """Accuracy of a memory probe: each architecture keeps to about its span."""
    rng = np.random.default_rng(seed)
    spans = [("rnn", "RNN", 30, 22), ("lstm", "LSTM", 150, 120), ("gru", "GRU", 260, 200)]
    entries = []
    for name, title, span, memory in [*spans, ("transformer", "Transformer", 1000, None)]:
        runs = []
        for length in lengths:
            for run in range(seeds):
                share = 1 / (1 + np.exp(8 * (np.log(length) - np.log(span))))
                score = 10 + 90 * share - 0.4 * rng.random()
                kept = None if memory is None else {"start": min(memory, length), "end": length}
                runs.append(
                    {
                        "seed": run + 1,
                        "length": length,
                        "score": score,
                        "solved": bool(score >= 90),
                        "seconds": 12.0,
                        "curve": [],
                        "memory": kept,
                    }
                )
        entries.append({"name": name, "title": title, "parameters": 20_000, "runs": runs})
    measure = {"key": "accuracy", "label": "accuracy", "unit": "%", "digits": 1, "rises": True}
    return {
        "format": 1,
        "kind": "probe",
        "probe": "recall",
        "lengths": list(lengths),
        "seeds": list(range(1, seeds + 1)),
        "steps": 2000,
        "measure": {**measure, "scale": 100.0},
        "threshold": 90.0,
        "chance": 10.0,
        "memory_unit": "steps",
        "entries": entries,
    }
