"""One word for a thing: no two classes of the package share a name, but for those that say why."""

import ast
from collections import defaultdict
from pathlib import Path

import seqloom

ROOT = Path(seqloom.__file__).parent
# Classes of one name, where one implements the other's contract.
SAME = {
    "Cell": {"reference/unroll.py", "layers/cell.py"},  # a recurrent cell, in NumPy and in torch
    "LSTMState": {"reference/lstm.py", "layers/lstm.py"},  # of such a cell
    # of scikit-learn's interface, and the model that it makes
    "Transducer": {"runtime/transduce.py", "estimators/transduce.py"},
    "RNNCell": {"reference/rnn.py", "layers/rnn.py"},  # such a cell
}


def homes_of_classes(files):
    """The files in which a class of each name is defined, inside functions too."""
    homes = defaultdict(set)
    for name, text in files.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                homes[node.name].add(name)
    return homes


def test_no_two_classes_share_a_name():
    paths = ROOT.rglob("*.py")
    homes = homes_of_classes({p.relative_to(ROOT).as_posix(): p.read_text("utf-8") for p in paths})
    assert len(homes) > 300
    assert {name: files for name, files in homes.items() if len(files) > 1} == SAME


def test_classes_are_found():
    files = {"a.py": "class A:\n    class B: ...\n", "b.py": "def f():\n    class B: ...\n"}
    assert homes_of_classes(files) == {"A": {"a.py"}, "B": {"a.py", "b.py"}}
