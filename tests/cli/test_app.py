"""What all commands share: help, version, and one line for every error, with real exit codes."""

import os
import subprocess
import sys

import pytest

from seqloom.extras import install_line

from ..toys import ENVIRONMENT, command, run

INSTALL = install_line("train")  # here, not in the fixtures' world
EXAMPLES = {
    "train": [
        "seqloom train cmudict --minutes 5",
        "seqloom train sales.csv --out runs/sales --horizon 12",
        "seqloom train --resume runs/words",
    ],
    "evaluate": [
        "seqloom evaluate runs/words test.tsv --json --outputs out.tsv",
        "seqloom evaluate runs/sales sales.csv --windows 5",
    ],
    "predict": [
        "seqloom predict runs/words remember attention",
        "cut -f1 test.tsv | seqloom predict runs/words --json > out.jsonl",
        'seqloom predict runs/shakespeare "ROMEO:" --length 500',
    ],
    "info": ["seqloom info runs/words"],
}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_shows_each_example_on_a_line(cli, monkeypatch, name, flag):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERMINAL_WIDTH", "100")
    done = cli(name, flag)
    assert (done.code, done.err) == (0, "")
    lines = [line.strip() for line in done.out.splitlines()]
    for example in EXAMPLES[name]:
        assert example in lines
    assert "\\b" not in done.out


def test_help_lists_the_commands(cli):
    done = cli("--help")
    assert done.code == 0
    for name in EXAMPLES:
        assert name in done.out


def test_version_and_start_without_torch():
    """The package is light until a command needs more: `-X importtime` names what was loaded."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command("--version")[1:]],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0.1.0\n"
    loaded = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert loaded.isdisjoint({"torch", "numpy", "matplotlib", "safetensors"})


@pytest.mark.parametrize(
    "args", [(), ("predict",), ("predict", "m", "--nbset", "3"), ("retrain",), ("info", "a", "b")]
)
def test_wrong_usage_is_exit_code_2(cli, args):
    done = cli(*args)
    assert done.code == 2
    assert "Usage: " in done.out + done.err


def test_errors_of_the_real_process_are_one_line_on_stderr(tmp_path):
    done = run("info", tmp_path / "none.safetensors")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"model file: `{tmp_path / 'none.safetensors'}` cannot be read: No such file or "
        "directory. Give a best.safetensors of a run.\n"
    )


def test_commands_that_need_an_extra_name_it(tmp_path, model):
    """Stubs that are not there stand for a base install; `predict` and `info` work without."""
    for name in ("torch", "rapidfuzz", "sacrebleu", "tokenizers", "matplotlib"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(
            f"raise ModuleNotFoundError(\"No module named '{name}'\", name='{name}')"
        )
    environment = {
        **ENVIRONMENT,
        "PYTHONPATH": os.pathsep.join([str(tmp_path), ENVIRONMENT["PYTHONPATH"]]),
    }
    (tmp_path / "t.tsv").write_text("ab\tB A\nba\tA B\n")
    trained = run("train", tmp_path / "t.tsv", "--out", tmp_path / "run", env=environment)
    evaluated = run("evaluate", model, tmp_path / "t.tsv", env=environment)
    for done, where, package in (
        (trained, "seqloom", "torch"),
        (evaluated, "evaluate", "rapidfuzz"),
    ):
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (f"{where}: `{package}` is not installed. Run: {INSTALL}\n")
    assert not (tmp_path / "run").exists()
    predicted = run("predict", model, "hgfe", env=environment)
    assert (predicted.returncode, predicted.stdout, predicted.stderr) == (0, "E F G H\n", "")
    assert run("info", model, env=environment).returncode == 0
