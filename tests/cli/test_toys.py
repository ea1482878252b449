"""Every architecture on the toy tasks copy, reverse and sort, through the command line."""

import json
from itertools import cycle

import pytest

from seqloom.config import merge

from ..toys import TASKS, flags, tiny, write_toy

CONTEXT, ATTENTION = ("--link", "context"), ("--link", "attention")
NETWORKS = {
    "rnn, context": ("--cell", "rnn", *CONTEXT),
    "lstm, context": ("--cell", "lstm", *CONTEXT),
    "gru, context": ("--cell", "gru", *CONTEXT),
    "rnn, attention": ("--cell", "rnn", *ATTENTION),
    "lstm, attention": ("--cell", "lstm", *ATTENTION),
    "gru, attention": ("--cell", "gru", *ATTENTION),
    "transformer": ("--architecture", "transformer"),
}


def settings(name, recurrent, transformer):
    return flags(transformer if name == "transformer" else recurrent)


QUICK = {
    "recurrent": tiny(training={"steps": 6}),
    "transformer": {
        "data": {"batch_symbols": 100},
        "model": {"hidden_size": 8, "num_heads": 2, "feedforward_size": 12},
        "training": {"steps": 6},
    },
}
COMMON = {"model": {"dropout": 0.0, "encoder_layers": 1, "hidden_size": 64}}
FULL = {
    "recurrent": merge(
        COMMON,
        {"model": {"embedding_size": 32, "attention_size": 32}},
        {"training": {"steps": 400, "learning_rate": 5e-3}},
    ),
    "transformer": merge(
        COMMON,
        {"model": {"encoder_layers": 2, "decoder_layers": 2, "feedforward_size": 128}},
        {"training": {"steps": 500, "learning_rate": 3e-3}},
    ),
}


def through_the_command_line(cli, tmp_path, name, task, sizes, *, num_pairs, num_tests):
    """Train, evaluate, predict; return the evaluation's JSON and the lines predicted."""
    data = write_toy(tmp_path / "train.tsv", task, num_pairs=num_pairs)
    test = write_toy(tmp_path / "test.tsv", task, num_pairs=num_tests, seed=1)
    out = tmp_path / "run"
    trained = cli("train", data, "--out", out, *NETWORKS[name], *settings(name, **sizes))
    assert trained.code == 0, trained.err
    evaluated = cli("evaluate", out / "best.safetensors", test, "--json")
    assert evaluated.code == 0, evaluated.err
    sources = "".join(line.split("\t")[0] + "\n" for line in test.read_text().splitlines())
    predicted = cli("predict", out / "best.safetensors", stdin=sources.encode())
    assert (predicted.code, predicted.err) == (0, "")
    return json.loads(evaluated.out), test.read_text().splitlines(), predicted.out.splitlines()


@pytest.mark.parametrize(("name", "task"), list(zip(NETWORKS, cycle(TASKS))))
def test_plumbing(cli, tmp_path, name, task):
    found, lines, predicted = through_the_command_line(
        cli, tmp_path, name, task, QUICK, num_pairs=60, num_tests=10
    )
    assert len(predicted) == 10
    right = {}  # by source: repeated sources are one
    for line, output in zip(lines, predicted, strict=True):
        source, target = line.split("\t")
        right[source] = output == target
    assert found["exact_match"]["value"] == pytest.approx(100 * sum(right.values()) / len(right))


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", NETWORKS)
def test_learns(cli, tmp_path, name, task):
    found, _, _ = through_the_command_line(
        cli, tmp_path, name, task, FULL, num_pairs=6000, num_tests=300
    )
    print(f"{name} {task}: {found['exact_match']['value']:.1f} % exact")
    # measured: 96.5 to 99.6 for the RNN with one vector for the whole source, 98.9 to 100 for all
    bar = {"rnn, context": 90.0}.get(name, 95.0)
    assert found["exact_match"]["value"] >= bar
