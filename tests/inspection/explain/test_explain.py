"""What a model is said to be: every tensor explained, every shape true, for every architecture."""

import re
from pathlib import Path

import pytest

from seqloom.config.generate import GenerateDecodingConfig
from seqloom.data.vocabulary import Vocabulary
from seqloom.export.model_file import ModelFile, read_model
from seqloom.export.parts.generate import GenerateParts
from seqloom.inspection.explain import WIDTH, explain
from seqloom.inspection.explain.words import CHAPTERS, IDEAS, LOOK, SHOWN, ideas_of
from seqloom.models.language import build_language
from seqloom.networks import network_of

from ...export import classifiers, forecasts, language_models, models, speech

ROOT = Path(__file__).parents[3]
GOLDEN = sorted((ROOT / "tests" / "export" / "golden").glob("*.safetensors"))


def language(name):
    config = language_models.CONFIGS[name]
    text = Vocabulary.learn(["abcdefg"], "characters")
    network = build_language(config, len(text))
    return ModelFile(
        task="generate",
        model=config,
        decoding=GenerateDecodingConfig(),
        parts=GenerateParts(vocabulary=text),
        training={},
        tensors={n: w.detach().numpy() for n, w in network.named_parameters()},
    )


MAKERS = {
    **{f"golden {path.stem}": (read_model, path) for path in GOLDEN},
    **{
        f"classify {n}": (lambda n: classifiers.random_classifier(n)[0], n)
        for n in classifiers.CONFIGS
    },
    **{
        f"transduce {n}": (lambda c: models.random_model(c)[0], c)
        for n, c in models.CONFIGS.items()
    },
    **{f"generate {n}": (language, n) for n in language_models.CONFIGS},
    **{n: (lambda c: speech.random_speech_model(c)[0], c) for n, c in speech.CONFIGS.items()},
    **{
        f"forecast {n}": (lambda c: forecasts.random_forecaster(c)[0], c)
        for n, c in forecasts.CONFIGS.items()
    },
}


def table_of(file):
    return network_of(file.task, file.model, file.parts.sizes).table


def size_of(letters, sizes):
    """The number that an entry of a shape stands for, e.g. of `E + M` or `4 H`."""
    return sum(_product(term, sizes) for term in letters.split(" + "))


def _product(term, sizes):
    product = 1
    for factor in term.split():
        product *= int(factor) if factor.isdigit() else sizes[factor].number
    return product


@pytest.fixture(params=MAKERS)
def file(request):
    make, argument = MAKERS[request.param]
    return make(argument)


def test_every_tensor_is_explained_and_every_shape_is_true(file):
    found = table_of(file)
    assert sorted(one.name for one in found) == sorted(file.tensors)
    letters = found.sizes
    for one in found:
        shape = tuple(size_of(letter, letters) for letter in one.letters)
        assert shape == file.tensors[one.name].shape, one


def test_the_text_has_each_tensor_its_shape_and_the_whole_count(file):
    text = explain(file)
    table = text.partition("Its tensors")[2].splitlines()
    for name, tensor in file.tensors.items():
        (line,) = [row for row in table if row.split()[:1] == [name]]
        assert f"  {' x '.join(map(str, tensor.shape))}  " in line
        assert f" {tensor.size:,}  " in line
    count = sum(tensor.size for tensor in file.tensors.values())
    assert f"{count:,} numbers in {len(file.tensors)} tensors" in " ".join(text.split())


def test_tensors_stand_in_the_order_of_the_layers():
    golden = read_model(ROOT / "tests" / "export" / "golden" / "generate-1-transformer.safetensors")
    names = [one.name for one in table_of(golden)]
    assert names[0] == "embedding.weight"
    assert names[1].startswith("layers.0.norm1")
    layers = [name.split(".")[1] for name in names if name.startswith("layers.")]
    assert layers == sorted(layers)
    assert names[-3:] == ["norm.weight", "norm.bias", "output_bias"]


def test_tensors_that_the_steps_name_are_in_the_file(file):
    """The path of an input speaks of no tensor that this model does not have."""
    path = explain(file).split("An input on its way")[1].split("Its tensors")[0]
    named = set(re.findall(r"\b[a-z_]+\.(?:weight|bias)\b", path))
    assert named <= set(file.tensors)
    for part in re.findall(r"`([a-z_]+)`", path):
        assert any(name.split(".")[0] == part for name in file.tensors), part


def test_lines_fit_a_terminal_but_for_the_table(file):
    table = {one.name for one in table_of(file)}
    for line in explain(file).splitlines():
        assert len(line) <= WIDTH or line.split()[0] in table, line


@pytest.mark.parametrize("table", [IDEAS, CHAPTERS, LOOK], ids=["ideas", "chapters", "look"])
def test_every_idea_has_its_words(table):
    used = {idea for make, argument in MAKERS.values() for idea in ideas_of(make(argument))}
    assert used == set(table)
    assert used <= set(SHOWN)


@pytest.mark.parametrize("chapter", CHAPTERS.values())
def test_chapters_exist(chapter):
    assert (ROOT / "docs" / "story" / f"{chapter}.md").exists()


def test_equations_are_those_of_the_code():
    text = explain(read_model(ROOT / "tests" / "export" / "golden" / "transduce-1.safetensors"))
    assert "3   c       = f * c' + i * g" in text  # reference/lstm.py
    assert "3   a   = softmax_j(v . e_j)" in text  # reference/attention.py
    assert text.startswith(
        "This model maps a sequence of symbols to another sequence (task transduce). It is an "
        "encoder-decoder\nwith attention and an LSTM: 10,004 numbers in 24 tensors"
    )
