"""Inference: the native engine in float32 and int8 against NumPy and its peers, in one process.

    python benchmarks/inference.py [--rounds 30] [--cases g2p,words,...] [--write]

Networks have the default settings of their task and random weights, as speed does not depend on
what they are; outputs have the length that the peers are given. Peers run the same network with the
same weights:

    numpy         `engine="numpy"`, the readable reference
    torch.jit     the network of layers of torch.nn, scripted and frozen, with its search or loop

One thread unless the case says otherwise. Rounds take the candidates in turn; medians are compared.
The table goes to `docs/performance.md`, the numbers to `benchmarks/results/inference.json`.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from tables import DOCS, RESULTS, write_tables
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from seqloom.config.classify import RecurrentClassifierConfig
from seqloom.config.forecast import RecurrentForecasterConfig
from seqloom.config.generate import RecurrentTextConfig
from seqloom.config.transcribe import CTCConfig
from seqloom.config.transduce import RecurrentPairsConfig
from seqloom.decoding import LengthLimit, Sampling, Search, continuation, decode
from seqloom.engine import on_engine
from seqloom.engine.quantised import quantise
from seqloom.models import build
from seqloom.networks import network_of
from seqloom.runtime.numpy_ops import PLAIN

Candidates = dict[str, Callable[[], object]]
FILE, PAGE = RESULTS / "inference.json", DOCS / "performance.md"


def engines(
    task: str, config: Any, sizes: dict[str, int], *, threads: int = 1
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A network with random weights on every engine, and the weights."""
    rng, network = np.random.default_rng(0), network_of(task, config, sizes)
    tensors = {w.name: rng.normal(0, 0.06, w.shape).astype(np.float32) for w in network.table}
    small = {
        w.name: quantise(tensors[w.name]) if w.int8 else tensors[w.name] for w in network.table
    }
    plain = network.bound(tensors, PLAIN)
    return {
        "numpy": plain,
        "native": on_engine(network, plain, tensors, threads=threads),
        "native int8": on_engine(network, plain, small, threads=threads),
    }, tensors


def words(number: int) -> list[list[int]]:
    """Sources of 5 to 11 symbols."""
    rng = np.random.default_rng(1)
    return [rng.integers(4, 31, rng.integers(5, 12)).tolist() for _ in range(number)]


def pairs(beam: int) -> Candidates:
    """The default network of `transduce`: one word, its output as long as it may be."""
    config, sizes = RecurrentPairsConfig(), {"Vs": 31, "Vt": 45}
    found, tensors = engines("transduce", config, sizes)
    given, limit = words(10), LengthLimit(1.2, extra=0)
    search = Search(beam=beam)

    def run(model: Any) -> Callable[[], object]:
        return lambda: [decode(model, [word], limit, search) for word in given]

    candidates: Candidates = {name: run(model) for name, model in found.items()}
    if beam == 1:
        network = build(config, sizes["Vs"], sizes["Vt"]).eval()
        network.load_state_dict({n: torch.from_numpy(a) for n, a in tensors.items()})
        traced = torch.jit.freeze(torch.jit.script(Greedy(network).eval()))
        sources = [(torch.tensor([word]), int(limit(np.array([len(word)]))[0])) for word in given]
        candidates["torch.jit"] = lambda: [traced(source, most) for source, most in sources]
    return candidates


class Greedy(nn.Module):
    """The default network of `transduce` with greedy search, as TorchScript takes it."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.source, self.target = network.source_embedding, network.target_embedding
        config = network.config
        self.encoder = nn.LSTM(
            config.embedding_size,
            config.hidden_size,
            config.encoder_layers,
            bidirectional=True,
            batch_first=True,
        )
        H, M = config.hidden_size, 2 * config.hidden_size
        self.cell = nn.LSTMCell(config.embedding_size + M, H)
        self.initial, self.readout, self.output = network.initial, network.readout, network.output
        state = network.state_dict()
        self.encoder.load_state_dict(
            {n.removeprefix("encoder."): a for n, a in state.items() if n.startswith("encoder.")}
        )
        self.cell.load_state_dict(
            {n.removeprefix("cells.0."): a for n, a in state.items() if n.startswith("cells.0.")}
        )
        self.weight_query = state["attention.weight_query"]
        self.weight_memory = state["attention.weight_memory"]
        self.bias = state["attention.bias"]
        self.weight_score = state["attention.weight_score"]

    def forward(self, source: Tensor, most: int) -> Tensor:
        states, (last, _cells) = self.encoder(self.source(source))
        summary = torch.cat([last[-2], last[-1]], dim=-1)
        h, c = torch.tanh(self.initial(summary)).chunk(2, dim=-1)
        keys = states @ self.weight_memory.t() + self.bias
        symbol = torch.ones(1, dtype=torch.long)  # BOS
        written = []
        for _ in range(most + 1):
            e = torch.tanh((h @ self.weight_query.t()).unsqueeze(1) + keys)
            a = torch.softmax(e @ self.weight_score, dim=-1)
            context = (a.unsqueeze(1) @ states).squeeze(1)
            embedded = self.target(symbol)
            h, c = self.cell(torch.cat([embedded, context], dim=-1), (h, c))
            read = self.readout(torch.cat([h, context, embedded], dim=-1))
            logits = torch.log_softmax(self.output(torch.tanh(read)), dim=-1)
            symbol = logits[:, 3:].argmax(dim=-1) + 3  # a random network may never end
            written.append(symbol)
        return torch.stack(written)


def many_words(number: int = 1000) -> Candidates:
    """So many words with beam 5 on two threads."""
    config, sizes = RecurrentPairsConfig(), {"Vs": 31, "Vt": 45}
    found, _ = engines("transduce", config, sizes, threads=2)
    given, limit = words(number), LengthLimit(1.2, extra=0)
    return {
        name: (lambda model=model: decode(model, given, limit, Search(beam=5)))
        for name, model in found.items()
    }


def sentence() -> Candidates:
    """The default classifier, one sentence of 20 words; vocabulary of 13,000."""
    config, sizes = RecurrentClassifierConfig(), {"V": 13_000, "C": 2}
    found, _ = engines("classify", config, sizes)
    symbols = np.random.default_rng(1).integers(4, 13_000, (1, 20))
    lengths = np.array([20])
    candidates: Candidates = {
        name: (lambda model=model: model.read(symbols, lengths)) for name, model in found.items()
    }
    network = Sentence(config.embedding_size, config.hidden_size, config.layers, sizes["V"])
    traced = torch.jit.freeze(torch.jit.script(network.eval()))
    batch = torch.from_numpy(symbols)
    candidates["torch.jit"] = lambda: traced(batch)
    return candidates


class Sentence(nn.Module):
    """The default classifier of layers of torch.nn, for its speed."""

    def __init__(self, E: int, H: int, layers: int, V: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, E)
        self.encoder = nn.LSTM(E, H, layers, bidirectional=True, batch_first=True)
        self.output = nn.Linear(2 * H, 2)

    def forward(self, symbols: Tensor) -> Tensor:
        states = self.encoder(self.embedding(symbols))[0]
        return torch.log_softmax(self.output(states.amax(dim=1)), dim=-1)


def text(number: int = 200) -> Candidates:
    """The default language model, so many symbols one after another."""
    config, sizes = RecurrentTextConfig(), {"V": 65}
    found, _ = engines("generate", config, sizes)

    def run(model: Any) -> Callable[[], object]:
        def write() -> list[int]:
            symbols = continuation(model, [10, 11], Sampling(temperature=0.8))
            return [next(symbols) for _ in range(number)]

        return write

    candidates: Candidates = {name: run(model) for name, model in found.items()}
    network = Writing(config.embedding_size, config.hidden_size, config.layers, sizes["V"])
    traced = torch.jit.freeze(torch.jit.script(network.eval()))
    candidates["torch.jit"] = lambda: traced(number)
    return candidates


class Writing(nn.Module):
    """A language model of layers of torch.nn that draws its own text."""

    def __init__(self, E: int, H: int, layers: int, V: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, E)
        self.layers = nn.LSTM(E, H, layers, batch_first=True)
        self.output = nn.Linear(H, V)
        self.num_layers, self.hidden = layers, H

    def forward(self, number: int) -> Tensor:
        h = torch.zeros(self.num_layers, 1, self.hidden)
        state = (h, h.clone())
        symbol = torch.zeros(1, 1, dtype=torch.long)
        written = []
        for _ in range(number):
            x, state = self.layers(self.embedding(symbol), state)
            odds = torch.softmax(self.output(x[:, -1]) / 0.8, dim=-1)
            symbol = torch.multinomial(odds, 1)
            written.append(symbol)
        return torch.cat(written)


def sound(pieces: int = 50) -> Candidates:
    """CTC of one direction, 20 ms pieces of one step each: a second of sound."""
    config = CTCConfig(bidirectional=False)
    sizes = {"F": 80, "V": 30}
    found, _ = engines("transcribe", config, sizes)
    steps = np.random.default_rng(1).normal(size=(pieces, 1, 1, 80)).astype(np.float32)
    lengths = np.array([1])

    def run(model: Any) -> Callable[[], object]:
        def listen() -> None:
            state = model.initial_state(1)
            for step in steps:
                _, state = model.read(step, lengths, state)

        return listen

    return {name: run(model) for name, model in found.items()}


def value() -> Candidates:
    """The default forecaster: one more value of a series, and the forecast of 18 steps."""
    config = RecurrentForecasterConfig()
    sizes = {"W": 72, "T": 18, "P": 8, "F": 8, "S": 0}
    found, _ = engines("forecast", config, sizes)
    rng = np.random.default_rng(1)
    past = rng.normal(size=(1, 72, 8)).astype(np.float32)
    future = rng.normal(size=(1, 18, 8)).astype(np.float32)
    static, lengths = np.zeros((1, 0), np.float32), np.array([72])

    def run(model: Any) -> Callable[[], object]:
        window = model.encode(past, lengths, static)

        def push() -> object:
            model.read(past[:, -1], static, window.layers)
            return model.decode(window, future, static)

        return push

    return {name: run(model) for name, model in found.items()}


CASES: dict[str, tuple[str, Callable[[], Candidates]]] = {
    "greedy": ("g2p, 10 words one by one, greedy", lambda: pairs(1)),
    "beam": ("g2p, 10 words one by one, beam 5", lambda: pairs(5)),
    "words": ("g2p, 1,000 words, beam 5, 2 threads", many_words),
    "sentence": ("classifier, a sentence of 20 words", sentence),
    "text": ("language model, 200 symbols", text),
    "sound": ("streaming CTC, 1 s of sound in 50 pieces", sound),
    "value": ("forecaster, one value and the next forecast", value),
}


def measure(candidates: Candidates, rounds: int) -> dict[str, float]:
    """Median milliseconds of each, taken in turn."""
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for name in candidates:
        candidates[name]()
    for _ in range(rounds):
        for name, run in candidates.items():
            begun = time.perf_counter()
            run()
            taken[name].append(1000 * (time.perf_counter() - begun))
    return {name: statistics.median(times) for name, times in taken.items()}


def table(results: dict[str, dict[str, float]]) -> str:
    """Milliseconds, and how many times as fast as NumPy and the best other peer."""
    rows = [
        "| case | numpy, ms | torch.jit, ms | native, ms | int8, ms "
        "| native: times numpy; best peer | int8: the same |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, (title, _) in CASES.items():
        if name not in results:
            continue
        found = results[name]
        others = [v for n, v in found.items() if not n.startswith("native") and n != "numpy"]

        def ratios(engine: str, found=found, others=others) -> str:
            times = [found["numpy"], *([min(others)] if others else [])]
            return "; ".join(f"{t / found[engine]:.1f}" for t in times)

        shown = [f"{found[n]:.2f}" if n in found else "" for n in ("numpy", "torch.jit")]
        rows.append(
            f"| {title} | {' | '.join(shown)} | {found['native']:.2f} | "
            f"{found['native int8']:.2f} | {ratios('native')} | {ratios('native int8')} |"
        )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    results = json.loads(FILE.read_text())["cases"] if FILE.exists() else {}
    for name in arguments.cases.split(","):
        rounds = arguments.rounds if name != "words" else max(3, arguments.rounds // 10)
        with threadpool_limits(2 if name == "words" else 1), torch.inference_mode():
            results[name] = measure(CASES[name][1](), rounds)
        print(name, {n: round(t, 3) for n, t in results[name].items()}, flush=True)
    if arguments.write:
        machine = platform.processor() or platform.machine()
        FILE.write_text(json.dumps({"machine": machine, "cases": results}, indent=1) + "\n")
        write_tables(PAGE, {"inference": table(results)})


if __name__ == "__main__":
    main()
