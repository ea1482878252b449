"""`--form` and aligned files through the command line: from files to a model to its scores."""

import json

from ..toys import GOLDEN

SMALL = (
    *("--steps", 2, "--set", "model.hidden_size=8", "--set", "model.embedding_size=4"),
    *("--set", "model.encoder_layers=1"),
)
WORDS = ("ab", "ba", "abc", "cab", "bca", "acb", "bac", "cba", "aa", "bb", "cc", "dab")


def spelled(word):
    return " ".join(f"{letter}1" for letter in word)


def test_a_lexicon_is_forced_trained_and_evaluated(cli, tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("".join(f"{word}  {spelled(word)}\n" for word in WORDS))
    run = tmp_path / "run"
    done = cli("train", path, "--out", run, "--form", "lexicon", *SMALL)
    assert done.code == 0, done.err
    assert "task: transduce (a lexicon; --task overrides)" in done.err
    assert "source: word, target: pronunciation" in done.err
    assert 'form = "lexicon"' in (run / "config.toml").read_text()
    done = cli("evaluate", run, path, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["sources"] == len(WORDS)


def test_aligned_files(cli, refuses, tmp_path):
    source, target = tmp_path / "train.en", tmp_path / "train.de"
    source.write_text("".join(f"{word}\n" for word in WORDS))
    target.write_text("".join(f"{spelled(word)}\n" for word in WORDS))
    run = tmp_path / "run"
    sides = (source, "--target-file", target)
    valid = ("--valid", source, "--valid-target-file", target)
    done = cli("train", *sides, *valid, "--out", run, *SMALL)
    assert done.code == 0, done.err
    assert "task: transduce (two aligned files; --task overrides)" in done.err
    assert f"{source} and {target}: 12 pairs" in done.err.replace("\n", " ")
    done = cli("evaluate", run, *sides, "--json")
    assert json.loads(done.out)["sources"] == len(WORDS)
    target.write_text("a\n")
    said = refuses("evaluate", run, *sides)
    assert said.endswith(
        f"{source} has 12 lines and {target} has 1: aligned files have equally many. Give the two "
        "files of one corpus."
    )


def test_what_belongs_together(refuses, tmp_path):
    out = ("--out", tmp_path / "run")
    assert "need --target-file" in refuses("train", "--source-file", "a", *out)
    assert "once: as DATA or with --source-file" in refuses("train", "--target-file", "a", *out)
    sides = ("train", "a", "--target-file", "b", *out)
    assert "need each other" in refuses(*sides, "--valid", "c")
    assert "once: as DATA" in refuses(*sides, "--source-file", "c")


def test_a_form_of_another_task(refuses, tmp_path):
    out = ("--out", tmp_path / "run", "--task", "transduce")
    said = refuses("train", GOLDEN / "missing", *out, "--form", "kaldi")
    assert "`data.form` must be one of auto, table, mfa" in said
