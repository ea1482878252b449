"""The core as Python sees it: its header, its settings, its errors, its threads."""

import ctypes
import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest
import torch  # its OpenMP pool is the one to be found

import seqloom
import seqloom.layers
from seqloom import native
from seqloom.errors import ConfigError, SeqloomError
from seqloom.native import library
from seqloom.native.threads import threads

HEADER = Path(seqloom.__file__).parents[2] / "native" / "include" / "seqloom.h"
KINDS = {"int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64}
STRUCTS = {
    "seqloom_threads": library.Threads,
    "seqloom_layer": library.LayerStruct,
    "seqloom_layer_grads": library.LayerGradsStruct,
    "seqloom_decoder": library.DecoderStruct,
    "seqloom_decoder_grads": library.DecoderGradsStruct,
}
built = pytest.mark.skipif(not native.available(), reason="the native core was not built")


def header():
    if not HEADER.exists():
        pytest.skip("not a checkout: there is no header")
    return re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)


def declared(body):
    """(name, kind) of each field of a struct in C."""
    for declaration in filter(None, (part.strip() for part in body.split(";"))):
        if function := re.match(r"\w+ \(\*(\w+)\)", declaration):
            yield function[1], ctypes.c_void_p
        elif "*" in declaration:
            for name in declaration.split("*", 1)[1].split(","):
                name = name.strip().lstrip("*")
                pair = name.endswith("[2]")
                yield name.removesuffix("[2]"), ctypes.c_void_p * 2 if pair else ctypes.c_void_p
        else:
            kind, names = declaration.split(None, 1)
            yield from ((name.strip(), KINDS[kind]) for name in names.split(","))


def test_structs_are_those_of_the_header():
    bodies = dict(
        (name, body)
        for body, name in re.findall(r"typedef struct \{(.*?)\} (\w+);", header(), flags=re.S)
    )
    assert bodies.keys() == STRUCTS.keys()
    for name, struct in STRUCTS.items():
        assert list(declared(bodies[name])) == [tuple(field) for field in struct._fields_], name


def test_constants_are_those_of_the_header():
    text = header()
    found = dict(re.findall(r"SEQLOOM_(\w+) = (\d+)", text))
    found |= dict(re.findall(r"#define SEQLOOM_(\w+) (\d+)", text))
    for name in ("F32", "F64", "RNN_TANH", "RNN_RELU", "GRU", "LSTM", "ADDITIVE", "DOT", "OK"):
        assert getattr(library, name) == int(found[name]), name
    assert int(found["BAD_ISA"]) == library.BAD_ISA
    assert int(found["ABI"]) == library.ABI


@built
def test_statuses_become_messages():
    core = native.core()
    core.check("here", 0)
    with pytest.raises(SeqloomError, match=r"^here: a length is below 0 or above the number of"):
        core.check("here", 2)


@built
def test_runs_on_torchs_own_pool():
    """Of several pools in the process (scikit-learn brings another) it is torch's."""
    several = threads(2)
    assert several.num_threads == 2
    assert threads(1).parallel is None
    with open("/proc/self/maps") as maps:
        for line in maps:
            begin, end = (int(place, 16) for place in line.split()[0].split("-"))
            if begin <= several.parallel < end:
                assert "/torch/lib/lib" in line
                return
    raise AssertionError("the pool is in no library of this process")


@built
def test_starts_no_pool_of_its_own():
    done = run(
        "import torch\n"
        "from seqloom.layers import GRU\n"
        "GRU(4, 8)(torch.zeros(3, 2, 4))[0].sum().backward()\n"
        "lines = [line for line in open('/proc/self/maps') if 'gomp' in line or 'libomp' in line]\n"
        "print(len({line.split()[-1] for line in lines}))",
        SEQLOOM_KERNELS="native",
    )
    assert done.stdout == "1\n", done.stderr


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@built
@pytest.mark.parametrize("isa", library.INSTRUCTION_SETS)
def test_a_forced_instruction_set_runs_or_says_why_not(isa):
    code = "from seqloom import native; print(native.core().isa)"
    done = run(code, SEQLOOM_ISA=isa)
    if done.returncode == 0:
        assert done.stdout.strip() == isa
    else:
        assert isa != "scalar"
        assert f"got '{isa}'. Set another, or unset it." in done.stderr


@built
def test_a_wrong_instruction_set_is_refused():
    done = run(
        "import torch; from seqloom.layers import GRU; GRU(2, 3)(torch.zeros(1, 1, 2))",
        SEQLOOM_ISA="avx1024",
    )
    message = (
        "native: SEQLOOM_ISA must be one of scalar, avx2, avx512, neon, built in and on this CPU, "
        "got 'avx1024'. Set another, or unset it."
    )
    assert done.returncode != 0
    assert message in done.stderr


def test_a_wrong_choice_of_kernels_is_refused(monkeypatch):
    monkeypatch.setenv("SEQLOOM_KERNELS", "fast")
    message = (
        r"^native: SEQLOOM_KERNELS must be native or torch, got 'fast'\. Set one, or unset it\.$"
    )
    with pytest.raises(ConfigError, match=message):
        native.choice()


def test_without_the_core_torch_takes_over_and_says_so(monkeypatch):
    """As after an installation without a compiler."""
    code = (
        "import torch\n"
        "from seqloom.native import library\n"
        "library.find = lambda name='seqloom': None\n"
        "from seqloom.layers import GRU, switch\n"
        "print(GRU(2, 3)(torch.zeros(1, 4, 2), lengths=torch.tensor([0, 1, 1, 1]))[0].shape)\n"
        "print(switch.describe())\n"
    )
    done = run(code, SEQLOOM_KERNELS="")
    assert done.stdout.splitlines() == [
        "torch.Size([1, 4, 3])",
        "torch (no native core: there was no C++20 compiler when seqloom was installed)",
    ], done.stderr
    done = run(code, SEQLOOM_KERNELS="native")
    message = (
        "GRU: SEQLOOM_KERNELS=native must be able to run, got an installation without the native "
        "core. Unset it, or set SEQLOOM_KERNELS=torch."
    )
    assert message in done.stderr


def test_a_core_that_was_installed_is_found():
    """Under import hooks too, such as this very suite's; else every test of it is skipped."""
    try:
        installed = any("libseqloom" in path.name for path in files("seqloom") or ())
    except PackageNotFoundError:
        pytest.skip("seqloom runs from its source tree and is not installed")
    assert native.available() or not installed


@built
def test_a_core_of_another_version_is_refused(monkeypatch):
    monkeypatch.setattr(library, "ABI", library.ABI + 1)
    with pytest.raises(ConfigError, match=r"must have ABI \d+, got \d+\. Install seqloom again\.$"):
        library.Core(native.core().path)


@built
def test_a_case_that_cannot_run_natively_says_why(monkeypatch):
    monkeypatch.setenv("SEQLOOM_KERNELS", "native")
    layer = seqloom.layers.LSTM(2, 3, dtype=torch.bfloat16)
    with pytest.raises(
        ConfigError, match=r"^LSTM: SEQLOOM_KERNELS=native must be able to run, got torch\.bfloat16"
    ):
        layer(torch.zeros(1, 1, 2, dtype=torch.bfloat16))
