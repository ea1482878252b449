"""The progress of a run in a notebook: one output, made once and then updated."""

import sys
import types

import pytest

import seqloom
from seqloom.training.notebook import Notebook, in_notebook

from ..toys import tiny


class Output:
    """What a notebook would show."""

    def __init__(self):
        self.shown = []

    def update(self, data, raw):
        assert raw
        self.shown.append(data)


@pytest.fixture
def notebook(monkeypatch):
    """IPython as in a kernel; the outputs that were made."""
    made = []

    def display(data, raw, display_id):
        assert display_id
        made.append(Output())
        made[-1].update(data, raw)
        return made[-1]

    package, module = types.ModuleType("IPython"), types.ModuleType("IPython.display")
    package.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    module.display = display
    monkeypatch.setitem(sys.modules, "IPython", package)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return made


def test_a_run_is_one_output(notebook, data, tmp_path, capsys):
    assert in_notebook()
    seqloom.train(data, tmp_path / "run", config=tiny())
    assert capsys.readouterr() == ("", "")
    (output,) = notebook
    last = output.shown[-1]["text/plain"].splitlines()
    assert last[0].startswith("task: transduce (")
    assert (
        sum(line.startswith("step ") for line in last) == 11
    )  # of 10 validations, and the live line
    assert last[-1].startswith("step 20/20  loss ")
    assert "left" not in last[-1]
    assert '<progress value="20" max="20"' in output.shown[-1]["text/html"]


def test_markup_is_text(notebook):
    shown = Notebook()
    shown.message("<b>&\x1b[31m")
    page = notebook[0].shown[-1]["text/html"]
    assert "&lt;b&gt;&amp;" in page
    assert "\x1b" not in page
    assert "<progress" not in page


def test_a_terminal_s_ipython_is_no_notebook(notebook, monkeypatch):
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: object())
    assert not in_notebook()
    monkeypatch.delitem(sys.modules, "IPython")
    assert not in_notebook()
