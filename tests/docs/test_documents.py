"""The documents: commands exist, Python runs, links lead somewhere, generated pages are fresh."""

import importlib.util
import re
import shlex
import shutil

import pytest
import torch
import typer.main

from seqloom.cli.app import app

from .pages import ROOT, blocks

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
GOLDEN = ROOT / "tests" / "export" / "golden" / "transduce-1.safetensors"


def commands():
    """Every `seqloom ...` of a shell block and of the commands' own help."""
    lines = [line for page in PAGES for text in blocks(page, "bash") for line in text.splitlines()]
    group = typer.main.get_group(app)
    for command in group.commands.values():
        for one in (command, *getattr(command, "commands", {}).values()):
            lines += (one.help or "").splitlines()
    for line in lines:
        found = re.search(r"(?:^|-m |\| )\s*(seqloom .*)", line)
        if found:
            yield re.split(r"\s[<>#|]", found[1])[0].strip()


def test_there_are_commands_to_check():
    assert len(list(commands())) >= 12


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_a_documented_command_is_one(line):
    _, name, *arguments = shlex.split(line)
    command = typer.main.get_group(app).commands[name]
    if hasattr(command, "commands"):  # a group parses its own options only
        name, *arguments = arguments
        command = command.commands[name]
    # parses every option and argument without running the command
    command.make_context(name, arguments)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "runs" / "cmudict"
    folder.mkdir(parents=True)
    shutil.copy(GOLDEN, folder / "best.safetensors")
    monkeypatch.chdir(tmp_path)
    torch.set_default_dtype(torch.float32)
    for name in ("reviews.csv", "more-reviews.csv"):
        rows = [f'"the {name}, {kind} film {i}",{kind}' for i in range(30) for kind in ("a", "b")]
        (tmp_path / name).write_text("\n".join(["review,opinion", *rows]), encoding="utf-8")
    for text in blocks(ROOT / "README.md", "python"):
        exec(compile(text, "README.md", "exec"), {})
    assert "torch.Size([3, 5, 16])" in capsys.readouterr().out


def script(name):
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_settings_page_is_fresh():
    build = script("build")
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == build.settings_page(), "run: python docs/build.py settings"


def test_table_of_forms_is_fresh():
    build = script("build")
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert page == build.with_forms(page), "run: python docs/build.py forms"


def test_tensors_page_is_fresh():
    page = (ROOT / "docs" / "tensors.md").read_text(encoding="utf-8")
    assert page == script("tensor_tables").tensors_page(), "run: python docs/build.py tensors"


def test_search_spaces_of_the_page_are_fresh():
    page = (ROOT / "docs" / "tune.md").read_text(encoding="utf-8")
    assert page == script("search_spaces").tune_page(), "run: python docs/build.py spaces"


def test_every_file_of_src_has_a_docstring():
    for path in (ROOT / "src").rglob("*.py"):
        assert path.read_text(encoding="utf-8").startswith(('"""', 'r"""')), path


@pytest.mark.slow
def test_first_block_of_the_readme(tmp_path):
    """Its commands, with a shorter training, print lines of the forms that it shows."""
    readme = script("readme")
    commands = readme.commands("0.5")
    assert len(commands) == 3
    shown = readme.PAGE.read_text().split(readme.BEGIN)[1].split(readme.END)[0].splitlines()
    _, *parts = "\n".join(shown[1:-1]).split("$ seqloom ")
    assert len(parts) == 3
    for command, part in zip(commands, parts, strict=True):
        forms = set(map(readme.form, readme.printed(command, tmp_path)))
        _, *lines = part.strip("\n").splitlines()
        assert lines
        told = [line for line in lines if line != readme.CUT and not line.startswith("note: ")]
        assert {readme.form(line) for line in told} <= forms  # what is noted is of the minutes
