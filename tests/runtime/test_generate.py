"""A model file of running text at work: settings, streams, scores, and life without torch."""

import itertools
import json
import subprocess
import sys

import numpy as np
import pytest

import seqloom
from seqloom.decoding.perplexity import costs
from seqloom.errors import ConfigError, DataError, FormatError
from seqloom.export.digest import digest
from seqloom.export.model_file import write_model
from seqloom.models.language_model import TorchTextModel

from ..export.language_models import CONFIGS, random_language_model
from ..running_text import some_text
from ..toys import ENVIRONMENT

TEXT = some_text(300)


@pytest.fixture
def path(tmp_path):
    write_model(tmp_path / "m.safetensors", random_language_model(length=20, temperature=0.9)[0])
    return tmp_path / "m.safetensors"


@pytest.mark.parametrize("name", CONFIGS)
def test_text_and_score_are_torch_s(tmp_path, name):
    file, network = random_language_model(name)
    write_model(tmp_path / "m.safetensors", file)
    model = seqloom.load(tmp_path / "m.safetensors")
    theirs = TorchTextModel(network)
    ids = np.array(model.parts.vocabulary.encode(TEXT), np.int32)
    want = costs(theirs, ids)
    np.testing.assert_allclose(costs(model.network, ids), want, atol=1e-4)
    np.testing.assert_allclose(costs(model.network, ids, chunk=17), want, atol=1e-4)
    assert model.score(TEXT).nats == pytest.approx(want.sum(), abs=1e-2)
    likeliest = "".join(model.stream("abc", length=40, temperature=0.0))
    model.network = theirs
    assert "".join(model.stream("abc", length=40, temperature=0.0)) == likeliest


def test_what_is_not_given_is_what_the_file_says(path):
    model = seqloom.load(path)
    assert len("".join(model.stream("ab"))) == 20
    given = model.predict(["ab"], length=20, temperature=0.9, top_p=1.0)
    assert model.predict(["ab"]) == given
    assert model.predict(["ab"], temperature=3.0) != given


def test_a_stream_is_made_as_it_is_read_and_texts_differ_by_place(path):
    model = seqloom.load(path)
    start = list(itertools.islice(model.stream("ab", length=10**9), 5))
    assert "".join(start) == "".join(model.stream("ab", length=5))
    one, two = model.predict(["ab", "ab"], seed=3)
    assert one != two
    assert model.predict(["", "ab"], seed=3)[1] == two
    assert "".join(model.stream("ab", length=0)) == ""


def test_what_cannot_be_done_is_said(path):
    model = seqloom.load(path)
    with pytest.raises(ConfigError) as error:
        model.predict("ab")
    assert str(error.value) == ("predict: `texts` is a single text. Put it in a list: [text].")
    with pytest.raises(ConfigError, match=r"^generate: `length` must be at least 0, got -2\.$"):
        model.stream("ab", length=-2)
    with pytest.raises(DataError, match=r"^evaluate: the text is empty"):
        model.score("")


def broken(file, change, path):
    """A model file with a change in its header, its checksum made right again."""
    write_model(path, file)
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    outer = json.loads(raw[8 : 8 + size])
    header = json.loads(outer["__metadata__"]["seqloom"])
    change(header)
    header["sha256"] = digest(header, file.tensors)
    outer["__metadata__"]["seqloom"] = json.dumps(header, ensure_ascii=False)
    text = json.dumps(outer).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + raw[8 + size :])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda h: h.pop("vocabulary"), "is damaged: its header has no proper 'vocabulary'"),
        (lambda h: h.update(vocabulary=3), "Vocabulary.from_json: `data` must be an object"),
        (lambda h: h["decoding"].update(top_p=3.0), "`decoding.top_p` must be from 0.0001 to 1"),
        (lambda h: h["model"].update(hidden_size=6), r"tensor `layers.0.weight_ih_l0` must be"),
    ],
)
def test_a_header_that_does_not_fit(tmp_path, change, message):
    broken(random_language_model()[0], change, tmp_path / "m.safetensors")
    with pytest.raises(FormatError, match=rf"^model file: .*{message}"):
        seqloom.load(tmp_path / "m.safetensors")


def test_all_of_it_runs_without_torch(tmp_path):
    paths = []
    for place, name in enumerate(CONFIGS):
        paths.append(tmp_path / f"{place}.safetensors")
        write_model(paths[-1], random_language_model(name)[0])
    (tmp_path / "text.txt").write_text(TEXT)
    code = (
        "import sys\n"
        "for name in ('torch', 'tokenizers', 'matplotlib', 'rapidfuzz', 'sacrebleu'):\n"
        "    sys.modules[name] = None\n"
        "import seqloom\n"
        "from seqloom.cli import main\n"
        "for path in sys.argv[1:]:\n"
        "    model = seqloom.load(path)\n"
        "    assert len(model.predict(['ab', ''], length=9)[1]) == 9\n"
        "    assert model.score('abc').symbols == 3\n"
        "sys.argv = ['seqloom', 'evaluate', sys.argv[1], 'text.txt', '--baselines', 'text.txt']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)],
        env=ENVIRONMENT,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "the 6-gram beats the model" in done.stdout or "beats the model by" in done.stdout
