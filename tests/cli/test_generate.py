"""`predict` and `evaluate` for models of running text, through the command line."""

import json
import subprocess

import pytest

import seqloom

from ..running_text import some_text
from ..toys import ENVIRONMENT, as_users_run, command, flags


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generate")
    text = some_text(3000)
    lines = [text[i : i + 20] for i in range(0, 3000, 20)]
    (folder / "train.txt").write_text("\n".join(lines[:120]) + "\n")
    (folder / "test.txt").write_text("\n".join(lines[120:]) + "\n")
    settings = {
        "data": {"streams": 4, "chunk": 20},
        "model": {"cell": "gru", "hidden_size": 16, "embedding_size": 8},
        "training": {"steps": 60, "samples": 0},
    }
    with as_users_run():
        seqloom.train(folder / "train.txt", folder / "run", config=settings, progress=False)
    return folder, folder / "run" / "best.safetensors"


def test_the_task_is_guessed(cli, trained, tmp_path):
    folder, _ = trained
    few = flags({"model": {"hidden_size": 4}, "training": {"steps": 1}})
    done = cli("train", folder / "train.txt", "--out", tmp_path / "run", "--cell", "gru", *few)
    assert done.code == 0
    assert done.err.startswith("task: generate (running text; --task overrides)\n")


def test_a_prompt_goes_on(cli, trained):
    _, model = trained
    options = ("--length", "40", "--temperature", "0.7", "--top-p", "0.9", "--seed", "4")
    done = cli("predict", model, "abc", *options)
    assert (done.code, done.err) == (0, "")
    loaded = seqloom.load(model)
    want = loaded.predict(["abc"], length=40, temperature=0.7, top_p=0.9, seed=4)[0]
    assert done.out == f"abc{want}\n"
    assert len(want) == 40
    assert cli("predict", model, "abc", *options).out == done.out
    assert cli("predict", model, "abc", *options[:-1], "5").out != done.out


def test_standard_input_is_one_prompt_with_its_line_breaks(cli, trained):
    _, model = trained
    done = cli("predict", model, "--length", "5", "--json", stdin=b"ab\ncd\n")
    found = json.loads(done.out)
    assert found["prompt"] == "ab\ncd\n"
    assert len(found["text"]) == 5
    empty = cli("predict", model, "--length", "7", stdin=b"")
    assert len(empty.out) == 8


def test_several_prompts_and_several_texts(cli, trained):
    _, model = trained
    done = cli("predict", model, "ab", "ab", "--nbest", "2", "--length", "30", "--json")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [row["prompt"] for row in rows] == ["ab"] * 4
    assert len({row["text"] for row in rows}) == 4
    likeliest = cli("predict", model, "ab", "ab", "--temperature", "0", "--length", "30", "--json")
    one, two = likeliest.out.splitlines()
    assert one == two


def test_symbols_are_printed_as_they_are_made(trained):
    _, model = trained
    line = command("predict", model, "ab", "--length", "1000000000")
    with subprocess.Popen(line, env=ENVIRONMENT, stdout=subprocess.PIPE) as process:
        assert len(process.stdout.read(500)) == 500
        process.stdout.close()  # the reader has had enough
        assert process.wait(timeout=30) == 0


def test_unknown_symbols_are_said(cli, trained):
    _, model = trained
    done = cli("predict", model, "aXYX", "--length", "3")
    assert done.code == 0
    assert done.err == (
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
def test_bad_options_are_one_line(cli, trained, options, message):
    _, model = trained
    done = cli("predict", model, "ab", *options)
    assert (done.code, done.out) == (1, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_a_prompt_that_is_not_utf8(cli, trained):
    _, model = trained
    done = cli("predict", model, stdin=b"caf\xe9")
    assert done.code == 1
    assert done.err == (
        "predict: a prompt must be UTF-8, got byte 0xe9. "
        "Convert it with: iconv -f LATIN1 -t UTF-8\n"
    )


def test_evaluate_scores_and_says_who_wins(cli, trained):
    folder, model = trained
    files = (folder / "test.txt", "--baselines", folder / "train.txt")
    done = cli("evaluate", model, *files, "--json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
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
    shown = cli("evaluate", model, *files)
    assert shown.code == 0
    assert f"{found['bits_per_character']:.3f}" in shown.out
    assert shown.out.splitlines()[-1] == found["baselines"][0]["verdict"] + "."
    rows = [line.split("  ")[0].strip() for line in shown.out.splitlines()[2:-1]]
    assert rows == ["this model", *names]  # in a pipe a row is one line, however long


def test_evaluate_without_a_training_text(cli, trained):
    folder, model = trained
    found = json.loads(cli("evaluate", model, folder / "test.txt", "--json").out)
    assert {row["name"] for row in found["baselines"]} == {"gzip", "bz2", "lzma"}
    done = cli("evaluate", model, folder / "test.txt", "--baselines", folder / "test.txt")
    assert done.err == "note: baselines learn from a text that holds the scored one\n"


def test_info(cli, trained):
    _, model = trained
    shown = cli("info", model).out
    for words in ("generate", "characters, vocabulary of 11", "gru", "valid_bits_per_character"):
        assert words in shown
