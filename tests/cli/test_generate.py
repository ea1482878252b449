"""`predict` and `evaluate` for models of running text, through the real command line."""

import json
import subprocess

import pytest

import seqloom

from ..running_text import some_text
from ..toys import ENVIRONMENT, command, run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generate")
    text = some_text(3000)
    lines = [text[i : i + 20] for i in range(0, 3000, 20)]
    (folder / "train.txt").write_text("\n".join(lines[:120]) + "\n")
    (folder / "test.txt").write_text("\n".join(lines[120:]) + "\n")
    sizes = ["model.hidden_size=16", "model.embedding_size=8", "data.streams=4", "data.chunk=20"]
    flags = [word for size in sizes for word in ("--set", size)]
    done = run(
        *("train", folder / "train.txt", "--out", folder / "run", "--cell", "gru", *flags),
        *("--set", "training.steps=60"),
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("task: generate (running text; --task overrides)\n")
    return folder, folder / "run" / "best.safetensors"


def test_a_prompt_goes_on(trained):
    _, model = trained
    options = ("--length", "40", "--temperature", "0.7", "--top-p", "0.9", "--seed", "4")
    done = run("predict", model, "abc", *options)
    assert (done.returncode, done.stderr) == (0, "")
    loaded = seqloom.load(model)
    want = loaded.predict(["abc"], length=40, temperature=0.7, top_p=0.9, seed=4)[0]
    assert done.stdout == f"abc{want}\n"
    assert len(want) == 40
    assert run("predict", model, "abc", *options).stdout == done.stdout
    assert run("predict", model, "abc", *options[:-1], "5").stdout != done.stdout


def test_standard_input_is_one_prompt_with_its_line_breaks(trained):
    _, model = trained
    done = run("predict", model, "--length", "5", "--json", input="ab\ncd\n")
    found = json.loads(done.stdout)
    assert found["prompt"] == "ab\ncd\n"
    assert len(found["text"]) == 5
    empty = run("predict", model, "--length", "7", input="")
    assert len(empty.stdout) == 8


def test_several_prompts_and_several_texts(trained):
    _, model = trained
    done = run("predict", model, "ab", "ab", "--nbest", "2", "--length", "30", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["prompt"] for row in rows] == ["ab"] * 4
    assert len({row["text"] for row in rows}) == 4
    likeliest = run("predict", model, "ab", "ab", "--temperature", "0", "--length", "30", "--json")
    one, two = likeliest.stdout.splitlines()
    assert one == two


def test_symbols_are_printed_as_they_are_made(trained):
    _, model = trained
    line = command("predict", model, "ab", "--length", "1000000000")
    with subprocess.Popen(line, env=ENVIRONMENT, stdout=subprocess.PIPE) as process:
        assert len(process.stdout.read(500)) == 500
        process.stdout.close()  # the reader has had enough
        assert process.wait(timeout=30) == 0


def test_unknown_symbols_are_said(trained):
    _, model = trained
    done = run("predict", model, "aXYX", "--length", "3")
    assert done.returncode == 0
    assert done.stderr == (
        "note: the prompt has 2 different symbols that were never seen in training and read as "
        "unknown: X Y\n"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--beam", "3"), "predict: `--beam` is not an option for generate models."),
        (("--length", "-1"), "generate: `length` must be at least 0, got -1."),
        (("--top-p", "2"), "generate: `top_p` must be above 0 and at most 1, got 2.0."),
        (("--temperature", "-1"), "generate: `temperature` must be from 0 to 100, got -1.0."),
        (("--nbest", "0"), "predict: `--nbest` must be at least 1, got 0."),
        (("--seed", "-3"), "generate: `seed` must be at least 0, got -3."),
    ],
)
def test_bad_options_are_one_line(trained, options, message):
    _, model = trained
    done = run("predict", model, "ab", *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_prompt_that_is_not_utf8(trained):
    _, model = trained
    done = subprocess.run(
        command("predict", model), input=b"caf\xe9", env=ENVIRONMENT, capture_output=True
    )
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "predict: a prompt must be UTF-8, got byte 0xe9. "
        "Convert it with: iconv -f LATIN1 -t UTF-8\n"
    )


def test_evaluate_scores_and_says_who_wins(trained):
    folder, model = trained
    files = (folder / "test.txt", "--baselines", folder / "train.txt")
    done = run("evaluate", model, *files, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    score = seqloom.load(model).score((folder / "test.txt").read_text())
    assert found["bits_per_character"] == pytest.approx(score.bits_per_character)
    assert found["low"] <= found["bits_per_character"] <= found["high"]
    names = [row["name"] for row in found["baselines"]]
    assert sorted(names) == [
        *(f"{name}, training text first" for name in ("bz2", "gzip", "lzma")),
        "the 6-gram",
    ]
    bits = [row["bits_per_character"] for row in found["baselines"]]
    assert bits == sorted(bits)
    shown = run("evaluate", model, *files)
    assert shown.returncode == 0
    assert f"{found['bits_per_character']:.3f}" in shown.stdout
    assert shown.stdout.splitlines()[-1] == found["baselines"][0]["verdict"] + "."
    rows = [line.split("  ")[0].strip() for line in shown.stdout.splitlines()[2:-1]]
    assert rows == ["this model", *names]  # in a pipe a row is one line, however long


def test_evaluate_without_a_training_text(trained):
    folder, model = trained
    found = json.loads(run("evaluate", model, folder / "test.txt", "--json").stdout)
    assert {row["name"] for row in found["baselines"]} == {"gzip", "bz2", "lzma"}
    done = run("evaluate", model, folder / "test.txt", "--baselines", folder / "test.txt")
    assert done.stderr == "note: baselines learn from a text that holds the scored one\n"


def test_info(trained):
    _, model = trained
    shown = run("info", model).stdout
    for words in ("generate", "characters, vocabulary of 11", "gru", "valid_bits_per_character"):
        assert words in shown
