"""The engine as Python sees it: its header, its programs, its size of things."""

import re
from pathlib import Path

import pytest

import seqloom
from seqloom.engine import library
from seqloom.engine.instructions import Op, PartKind
from seqloom.engine.search import HYPOTHESIS, SearchStruct

from .networks import built
from .programs import FOLDER, programs

ROOT = Path(seqloom.__file__).parents[2] / "native"


def without_comments(path):
    if not path.exists():
        pytest.skip("not a checkout: there is no native/")
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.S)


def header():
    return without_comments(ROOT / "include" / "seqloom_engine.h")


def test_every_function_of_the_header_is_declared():
    names = set(re.findall(r"\bseqloom_(\w+)\(", header()))
    assert names == set(library._SIGNATURES)


def test_functions_have_as_many_arguments():
    for name, arguments in re.findall(r"\bseqloom_(\w+)\(([^)]*)\)", header()):
        count = 0 if arguments.strip() == "void" else arguments.count(",") + 1
        assert len(library._SIGNATURES[name]) == count + 1, name


def test_statuses_are_those_of_the_header():
    for name in ("OK", "BAD_PROGRAM", "BAD_TENSOR", "BAD_SHAPE", "BAD_INPUT", "DIVERGED", "NO_ISA"):
        ours = getattr(library, name)
        prefix = "SEQLOOM_ENGINE_" if name == "OK" else "SEQLOOM_"
        assert re.search(rf"\b{prefix}{name} = {ours}\b", header()), name
    assert re.search(rf"#define SEQLOOM_ENGINE_ABI {library.ABI}\b", header())


def test_structs_have_the_fields_of_the_header():
    fields = {
        name: re.findall(r"(\w+)(?:\[4\])?\s*[,;]", body)
        for body, name in re.findall(r"typedef struct \{(.*?)\} (\w+);", header(), flags=re.S)
    }
    assert fields["seqloom_tensor"] == [name for name, _ in library.TensorStruct._fields_]
    assert fields["seqloom_search"] == [name for name, _ in SearchStruct._fields_]
    assert fields["seqloom_hypothesis"] == list(HYPOTHESIS.names)


def test_instructions_are_those_of_the_engine():
    text = without_comments(ROOT / "src" / "engine" / "program.h")
    (body,) = re.findall(r"enum class Op : int32_t \{(.*?)\}", text, flags=re.S)
    assert [name.strip() for name in body.split(",")] == [*(op.name for op in Op), "COUNT"]
    (parts,) = re.findall(r"enum \{ (PART_PRODUCT.*?), PART_WORDS", text)
    assert parts.split(", ") == [f"PART_{kind.name}" for kind in PartKind]


def test_programs_of_the_native_tests_are_up_to_date():
    """If not: python -m tests.engine.programs"""
    if not FOLDER.exists():
        pytest.skip("not a checkout: there are no programs")
    assert {path.name: path.read_bytes() for path in FOLDER.iterdir()} == programs()


@built
def test_the_library_says_what_it_is():
    found = library.library()
    assert found.isa in library.INSTRUCTION_SETS
    assert (
        found.engine_message(library.BAD_INPUT).decode() == "a symbol or a length is out of range"
    )
