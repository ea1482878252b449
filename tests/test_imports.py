"""Who may import whom: up the list of rooms, without circles, and half of them without torch."""

import ast
import graphlib
import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import seqloom
from seqloom import extras
from seqloom.config import read_toml
from seqloom.config.transduce import (
    RecurrentPairsConfig,
    TransduceDecodingConfig,
    TransformerPairsConfig,
)
from seqloom.data.vocabulary import Vocabulary
from seqloom.errors import MissingExtraError
from seqloom.export.model_file import ModelFile, write_model
from seqloom.export.parts.transduce import TransduceParts
from seqloom.models import build

from .toys import GOLDEN

ROOT = Path(seqloom.__file__).parent
# Each imports from those above it only; those up to `inspection` know no torch.
ROOMS = (
    *(
        "version",
        "plain",
        "errors",
        "shapes",
        "extras",
        "files",
        "progress",
        "stopping",
        "parallel",
    ),
    *("bootstrap", "tasks", "config"),
    *("data", "reference", "networks", "native", "decoding", "engine", "export", "runtime"),
    *(
        "evaluation",
        "quantisation",
        "inspection",
        "layers",
        "models",
        "training",
        "comparison",
        "tuning",
        "estimators",
    ),
    "cli",
)
WITHOUT_TORCH = ROOMS[: ROOMS.index("inspection") + 1]
# Imports that may look down the list and close a circle: which module's, and of what.
EXCEPTIONS = (  # `Model.trace` and `Model.evaluate`, when they are called
    ("seqloom.runtime.model", "seqloom.inspection"),
    ("seqloom.runtime.model", "seqloom.evaluation"),
)
PUBLIC = [n for n in seqloom.__all__ if n != "__version__"]


def files_of(room):
    folder = ROOT / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{room}.py"]


def name_of(path):
    """Full name of the module that a file is."""
    return ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path, text=None):
    """Full names of all that a file imports, inside functions and type checks too."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    names = set()
    for node in ast.walk(ast.parse(text or path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parts[: len(parts) - node.level]) if node.level else ""
            home = ".".join(filter(None, (base, node.module)))
            names |= {f"{home}.{alias.name}" for alias in node.names}
    return names


def ruled_imports_of(path):
    """Those of `imports_of` that are no exceptions."""
    free = [f"{what}." for module, what in EXCEPTIONS if module == name_of(path)]
    return {name for name in imports_of(path) if not f"{name}.".startswith(tuple(free))}


def rooms_in(names):
    """The rooms of the package among full names; `seqloom` itself stands above all of them."""
    return {name.split(".")[1] for name in names if name.startswith("seqloom.")}


def module_of(name, modules):
    """The module that a full name is, or is in; empty if it is none of these."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def circle_in(graph):
    """A circle in a graph of modules and what they import; `None` if there is none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return None


def existing_rooms():
    return [room for room in ROOMS if all(path.exists() for path in files_of(room))]


def test_every_room_is_on_the_list():
    entries = {p.stem for p in ROOT.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert entries - {"__init__", "__main__"} <= set(ROOMS)
    assert len(existing_rooms()) >= 16


def test_imports_are_understood():
    """The other tests here are worth as much as this one."""
    text = (
        "import numpy as np, torch.nn\n"
        "from . import trees\n"
        "from .functions import softmax\n"
        "if TYPE_CHECKING:\n"
        "    from .. import layers\n"
        "def f():\n"
        "    from .. import __version__, training\n"
        "    from ..cli.app import app\n"
        "    import seqloom.serving\n"
    )
    got = imports_of(ROOT / "reference" / "x.py", text)
    assert got == {
        *("numpy", "torch.nn", "seqloom.reference.trees", "seqloom.reference.functions.softmax"),
        *("seqloom.layers", "seqloom.__version__", "seqloom.training", "seqloom.cli.app.app"),
        "seqloom.serving",
    }
    assert rooms_in(got) == {"reference", "layers", "__version__", "training", "cli", "serving"}
    assert imports_of(ROOT / "cli" / "__init__.py", "from .app import app") == {
        "seqloom.cli.app.app"
    }
    assert name_of(ROOT / "cli" / "app.py") == "seqloom.cli.app"
    assert name_of(ROOT / "cli" / "__init__.py") == "seqloom.cli"
    assert module_of("seqloom.cli.app.app", {"seqloom.cli.app", "seqloom.cli"}) == "seqloom.cli.app"
    assert module_of("numpy.linalg", {"seqloom.cli"}) == ""


@pytest.mark.parametrize("room", existing_rooms())
def test_room_imports_only_from_rooms_above(room):
    above = set(ROOMS[: ROOMS.index(room) + 1])
    for path in files_of(room):
        below = rooms_in(ruled_imports_of(path)) - above
        assert not below, f"{path.relative_to(ROOT)} imports from {below}"


def test_no_circles():
    """Not even by imports inside functions and type checks: two files in a circle are one."""
    modules = {name_of(path): path for path in ROOT.rglob("*.py")}
    graph = {
        module: {module_of(name, modules) for name in ruled_imports_of(path)} - {"", module}
        for module, path in modules.items()
    }
    assert sum(map(len, graph.values())) > 1000
    assert circle_in(graph) is None
    graph["seqloom.errors"].add("seqloom.cli.app")  # which knows errors, by way of others
    assert circle_in(graph) is not None


@pytest.mark.parametrize(("module", "what"), EXCEPTIONS)
def test_exceptions_are_needed(module, what):
    path = ROOT.parent / f"{module.replace('.', '/')}.py"
    assert imports_of(path) > ruled_imports_of(path)


@pytest.mark.parametrize("room", WITHOUT_TORCH)
def test_room_knows_no_torch(room):
    for path in files_of(room):
        names = imports_of(path)
        torch = {n for n in names if "torch" in n.split(".")}
        assert not torch, f"{path.relative_to(ROOT)} imports {torch}"
        assert rooms_in(names) <= set(WITHOUT_TORCH), path.relative_to(ROOT)


def run(code, *arguments):
    """In a new interpreter; an assertion that fails there fails here."""
    subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=True)


def test_the_package_alone_loads_nothing_big():
    run(
        "import sys, seqloom\n"
        "assert seqloom.__version__ and seqloom.__all__\n"
        "loaded = {'numpy', 'torch', 'rich', 'typer', 'safetensors'} & sys.modules.keys()\n"
        "assert not loaded, loaded"
    )


def write_random_model(path, config):
    source = Vocabulary.learn(["abc"], "characters")
    target = Vocabulary.learn(["x y"], "symbols")
    weights = build(config, len(source), len(target)).state_dict()
    model = ModelFile(
        task="transduce",
        model=config,
        decoding=TransduceDecodingConfig(beam=2),
        parts=TransduceParts(source=source, target=target, length_ratio=1.0, max_symbols=9),
        training={},
        tensors={name: a.numpy().astype(np.float32) for name, a in weights.items()},
    )
    write_model(path, model)


def test_a_model_runs_where_torch_is_not_installed(tmp_path):
    small = {"hidden_size": 4, "encoder_layers": 1, "decoder_layers": 1}
    configs = {
        "recurrent": RecurrentPairsConfig(embedding_size=3, **small),
        "transformer": TransformerPairsConfig(num_heads=2, feedforward_size=5, **small),
    }
    for name, config in configs.items():
        write_random_model(tmp_path / name, config)
    run(
        "import sys\n"
        "for name in ('torch', 'tokenizers', 'matplotlib', 'rapidfuzz', 'sacrebleu'):\n"
        "    sys.modules[name] = None\n"
        "import seqloom\n"
        "for path in sys.argv[1:]:\n"
        "    model = seqloom.load(path)\n"
        "    assert len(model.predict(['ab', 'c'])) == 2\n"
        "    assert len(model.trace('ab')) > 9\n"
        "try:\n"
        "    seqloom.train\n"
        "except seqloom.SeqloomError as error:\n"
        "    assert 'seqloom.train: `torch` is not installed' in str(error), error\n"
        "else:\n"
        "    raise AssertionError('no error')",
        *(tmp_path / name for name in configs),
    )


def test_predicting_loads_nothing_that_evaluates_or_looks():
    """What ships does not lean on what looks: a model of every task, in a process of its own."""
    run(
        "import sys, numpy\n"
        "import seqloom.runtime\n"
        "inputs = {\n"
        "    'forecast': {'a': [3.0, 5.0, 4.0]},\n"
        "    'transcribe': [numpy.sin(numpy.arange(4000) ** 1.5)],\n"
        "}\n"
        "tasks = set()\n"
        "for path in sys.argv[1:]:\n"
        "    model = seqloom.runtime.load(path)\n"
        "    assert len(model.predict(inputs.get(model.file.task, ['ab'])))\n"
        "    tasks.add(model.file.task)\n"
        "assert len(tasks) == 5, tasks\n"
        "rooms = {'.'.join(name.split('.')[:2]) for name in sys.modules}\n"
        "loaded = {'seqloom.evaluation', 'seqloom.inspection'} & rooms\n"
        "assert not loaded and 'seqloom.decoding' in rooms, loaded\n"
        "model.trace('ab', importance=False)\n"
        "assert 'seqloom.inspection' in sys.modules",
        *sorted(GOLDEN.glob("*-1*.safetensors")),
    )


def test_the_command_predict_loads_no_more():
    run(
        "import sys\n"
        "from seqloom.cli.app import app\n"
        "for path in sys.argv[1:]:\n"
        "    app(['predict', path, 'ab'], standalone_mode=False)\n"
        "rooms = {'.'.join(name.split('.')[:2]) for name in sys.modules}\n"
        "loaded = {'seqloom.evaluation', 'seqloom.inspection', 'rich.console'} & rooms\n"
        "assert not loaded and 'seqloom.runtime' in rooms, loaded\n",
        *(GOLDEN / f"{task}-1.safetensors" for task in ("transduce", "classify", "generate")),
    )


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there(name):
    value = getattr(seqloom, name)
    assert value.__name__ == name
    home = importlib.import_module(f"seqloom.{seqloom._HOMES[name]}")
    assert getattr(home, name) is value


def test_public_names_are_listed_once():
    assert sorted(seqloom._HOMES) == sorted(PUBLIC)
    assert sorted(dir(seqloom)) == sorted(seqloom.__all__)
    with pytest.raises(AttributeError, match=r"^module 'seqloom' has no attribute 'trian'$"):
        _ = seqloom.trian


def test_missing_torch_is_explained(monkeypatch):
    def no_torch(*_):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(seqloom, "import_module", no_torch)
    with pytest.raises(MissingExtraError, match=r"^seqloom\.train: `torch` is not installed"):
        _ = seqloom.train


def test_extras_are_those_of_pyproject():
    project = ROOT.parent.parent / "pyproject.toml"
    if not project.exists():
        pytest.skip("the package is installed without its source")
    declared = read_toml(project)["project"]["optional-dependencies"]
    names = {"sklearn": "scikit-learn"}  # where the module is not named as its package
    for package, extra in extras._EXTRAS.items():
        name = names.get(package, package)
        assert any(line.startswith(name) for line in declared[extra]), package
