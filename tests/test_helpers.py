"""Helpers of tests live in modules that say so: no file of the tests imports from a test."""

import ast
from pathlib import Path

HERE = Path(__file__).parent


def imported_tests(text):
    """Names of tests among the modules that a file imports, also inside functions."""
    names = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            home = (getattr(node, "module", None) or "").split(".")
            names += [*home, *(part for alias in node.names for part in alias.name.split("."))]
    return [name for name in names if name.startswith("test_")]


def test_imports_of_tests_are_found():
    assert imported_tests("from ..models.test_equations import causal_mask") == ["test_equations"]
    assert imported_tests("from . import toys, test_plain") == ["test_plain"]
    assert imported_tests("def f():\n    import tests.data.test_words as words") == ["test_words"]
    assert (
        imported_tests("import numpy.testing\nfrom .toys import GOLDEN\nfrom . import toys") == []
    )


def test_no_file_imports_from_a_test():
    files = sorted(HERE.rglob("*.py"))
    assert len(files) > 200
    found = {
        path.name: names for path in files if (names := imported_tests(path.read_text("utf-8")))
    }
    assert not found, f"move what they share into a module named for what it makes: {found}"
