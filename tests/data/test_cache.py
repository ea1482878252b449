"""Encoded data kept in a folder: equal to the bit, made once, never half there."""

import os
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest

from seqloom.config.classify import ClassifyDataConfig
from seqloom.config.generate import GenerateDataConfig
from seqloom.config.transduce import TransduceDataConfig
from seqloom.data import packing
from seqloom.data.cache import Cache, caching, digests_of, key_of
from seqloom.data.given import given
from seqloom.data.pairs.prepare import prepare_pairs
from seqloom.data.text.prepare import prepare_text
from seqloom.data.texts.prepare import prepare_texts
from seqloom.errors import DataError

from .. import five_tasks

PREPARE = {
    "transduce": lambda data, **s: prepare_pairs(data, None, TransduceDataConfig(**s)),
    "classify": lambda data, **s: prepare_texts(data, None, ClassifyDataConfig(**s)),
    "generate": lambda data, **s: prepare_text(data, None, GenerateDataConfig(**s))[0],
}


def in_cache(folder, task, data, **settings):
    """What is prepared, and whether it was read or written."""
    cache = Cache(folder)
    with caching(cache):
        found = PREPARE[task](data, **settings)
    return found, cache.say().rpartition(" ")[2]


def files_of(value, folder):
    """All of a value: the files that it makes."""
    folder.mkdir()
    packing.write(folder, value)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("task", list(PREPARE))
def test_what_is_read_is_what_would_be_made(tmp_path, task):
    data = five_tasks.write(task, tmp_path)
    plain = files_of(PREPARE[task](str(data)), tmp_path / "plain")
    written, how = in_cache(tmp_path / "cache", task, str(data))
    assert how == "written"
    assert files_of(written, tmp_path / "written") == plain
    read, how = in_cache(tmp_path / "cache", task, str(data))
    assert how == "read"
    assert files_of(read, tmp_path / "read") == plain


def test_features_of_recordings_are_kept(tmp_path):
    pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    from seqloom.config.transcribe import CTCConfig, TranscribeDataConfig
    from seqloom.data.speech.prepare import prepare_speech

    data = five_tasks.write("transcribe", tmp_path)

    def prepare(cache, **settings):
        with caching(cache):
            return prepare_speech(str(data), None, TranscribeDataConfig(**settings), CTCConfig())

    plain = prepare(None)
    for said in ("encoded data written", "encoded data read"):
        cache = Cache(tmp_path / "cache")
        found = prepare(cache)
        assert cache.say() == f"cache: {tmp_path / 'cache'}: {said}"
        assert (found.fingerprint, found.rows_seen) == (plain.fingerprint, plain.rows_seen)
        assert found.report == plain.report
        for part in ("train", "valid"):
            got, want = getattr(found, part), getattr(plain, part)
            assert got.utterances == want.utterances
            for mine, other in zip(got.frames, want.frames, strict=True):
                np.testing.assert_array_equal(mine, other)
    cache = Cache(tmp_path / "cache")
    prepare(cache, min_count=2)  # shapes no features
    assert cache.say().endswith(" read")
    cache = Cache(tmp_path / "cache")
    prepare(cache, speed_change=0.0)  # of training recordings only
    assert cache.say().endswith(": of the encoded data, 1 parts read, 1 written")
    sound = plain.train.utterances[0].path
    samples = bytearray(sound.read_bytes())
    samples[-8] ^= 1
    sound.write_bytes(samples)
    cache = Cache(tmp_path / "cache")
    prepare(cache)
    assert cache.say().endswith("1 parts read, 1 written")


def test_the_key_is_what_the_data_are_and_what_shapes_them(tmp_path):
    data, folder = five_tasks.write("classify", tmp_path), tmp_path / "cache"
    (tmp_path / "elsewhere").mkdir()
    copy = shutil.copy(data, tmp_path / "elsewhere")
    changed = tmp_path / "elsewhere" / "changed" / data.name
    changed.parent.mkdir()
    changed.write_text(data.read_text() + "so so\tneutral\n")
    runs = [
        (data, {}, "written"),
        (data, {"batch_size": 7}, "read"),
        (copy, {}, "read"),
        (data, {"lowercase": False}, "written"),
        (changed, {}, "written"),
        (data, {"min_count": 1, "max_symbols": 400}, "read"),  # what the first run resolved to
        (data, {"text_column": "1", "label_column": "2"}, "read"),
        (data, {"min_count": 2, "max_symbols": 400}, "written"),
    ]
    for place, settings, want in runs:
        assert in_cache(folder, "classify", str(place), **settings)[1] == want, (place, settings)


def test_data_of_python_are_known_by_their_cells(tmp_path):
    rows = [(f"{'good' if i % 2 else 'bad'} film {i}", "ab"[i % 2]) for i in range(20)]
    folder = tmp_path / "cache"
    assert in_cache(folder, "classify", rows)[1] == "written"
    assert in_cache(folder, "classify", [list(row) for row in rows])[1] == "read"
    others = [*rows[:-1], ("good film 20", "b")]
    assert in_cache(folder, "classify", others)[1] == "written"
    pairs = ((text, label) for text, label in rows)
    cache = Cache(folder)
    with caching(cache):
        prepare_texts(pairs, None, ClassifyDataConfig())
    assert cache.say() == "cache: not used, because the data can be read only once"


def test_files_are_known_by_their_bytes_and_names(tmp_path):
    def digest(data):
        return digests_of(given(data))

    folder = tmp_path / "films"
    for label in ("good", "bad"):
        (folder / label).mkdir(parents=True)
        (folder / label / "1.txt").write_text("a film")
    first = digest(folder)
    assert digest(str(folder)) == first
    (folder / "bad").rename(folder / "poor")
    assert digest(folder) != first
    one, two = tmp_path / "1.tsv", tmp_path / "2.tsv"
    one.write_text("a\tb\n")
    two.write_text("c\td\n")
    assert digest([str(one), str(two)]) != digest([str(two), str(one)])
    arrays = [[{"text": np.full(5000, value)}] for value in (0.0, 1.0)]
    assert digest(arrays[0]) != digest(arrays[1])
    assert key_of("pairs", digest(one), {"a": 1}) != key_of("pairs", digest(one), {"a": 2})
    assert key_of("pairs", None, {}) is None
    assert digests_of(given(one), None)[1] is None
    with pytest.raises(DataError, match=r"gone\.tsv: `.*gone\.tsv` cannot be read"):
        digest(tmp_path / "gone.tsv")


def test_who_comes_second_waits_for_the_first(tmp_path):
    begun, ready, made = threading.Event(), threading.Event(), []

    def make():
        made.append(1)
        begun.set()
        assert ready.wait(30)
        return [1, 2]

    found = []
    caches = [Cache(tmp_path), Cache(tmp_path)]
    threads = [
        threading.Thread(target=lambda cache=cache: found.append(cache.get("k", make, ())))
        for cache in caches
    ]
    threads[0].start()
    assert begun.wait(30)
    threads[1].start()
    threads[1].join(0.3)
    assert threads[1].is_alive()
    ready.set()
    for thread in threads:
        thread.join(30)
    assert (found, made) == ([[1, 2], [1, 2]], [1])
    assert sorted(cache.say().rpartition(" ")[2] for cache in caches) == ["read", "written"]
    assert [path.name for path in tmp_path.iterdir()] == ["k"]


KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from seqloom.data import packing
from seqloom.data.cache import Cache
save = packing.np.save
def half(file, array, **options):
    save(file, array[:10], **options)
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
packing.np.save = half
Cache(Path(sys.argv[1])).get("k", lambda: np.arange(100), ())
"""


@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL")
def test_a_process_that_is_killed_leaves_no_entry(tmp_path):
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, timeout=60)
    assert done.returncode == -9
    left = [path.name for path in tmp_path.iterdir()]
    assert any(name.endswith(".part") for name in left)
    assert "k" not in left
    found = Cache(tmp_path).get("k", lambda: np.arange(7), ())
    assert found.tolist() == list(range(7))
    assert [path.name for path in tmp_path.iterdir()] == ["k"]


def test_what_fails_is_not_kept(tmp_path):
    def fail():
        raise DataError("data: no.")

    with pytest.raises(DataError, match=r"^data: no\.$"):
        Cache(tmp_path).get("k", fail, ())
    assert Cache(tmp_path).get("k", lambda: "x", ()) == "x"


def test_a_second_key_names_an_entry_until_it_is_removed(tmp_path):
    cache = Cache(tmp_path / "deep" / "cache")
    assert cache.get("k", lambda: (1, 2), (), lambda made: f"other{made[0]}") == (1, 2)
    assert cache.get("other1", lambda: "anew", ()) == (1, 2)
    shutil.rmtree(cache.folder / "k")
    assert cache.get("other1", lambda: "anew", ()) == "anew"
