"""What a missing package's message says to type: a line that works where it is read."""

import importlib.metadata
import json

import pytest

from seqloom.extras import _source, install_line


@pytest.fixture(autouse=True)
def installed_from_an_index():
    """This file looks at the real thing."""


@pytest.fixture
def installed(monkeypatch):
    """Pretend that pip recorded this origin; `None` for an index."""

    def pretend(origin):
        class Distribution:
            def read_text(self, name):
                assert name == "direct_url.json"
                return None if origin is None else json.dumps(origin)

        monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Distribution())

    return pretend


def test_each_origin_has_its_line(installed, tmp_path, monkeypatch):
    installed(None)
    assert install_line("train") == "pip install 'seqloom[train]'"
    folder = tmp_path / "my sources"
    folder.mkdir()
    installed({"url": folder.as_uri(), "dir_info": {"editable": True}})
    assert install_line("train") == f'pip install "{folder}[train]"'
    monkeypatch.chdir(folder)
    assert install_line("speech") == 'pip install ".[speech]"'
    installed({"url": (tmp_path / "gone").as_uri(), "dir_info": {}})
    assert install_line("train") == "pip install 'seqloom[train]'"
    installed({"url": "https://example.org/s.git", "vcs_info": {"vcs": "git", "commit_id": "1"}})
    assert install_line("demo") == "pip install 'seqloom[demo] @ git+https://example.org/s.git'"
    wheel = "https://example.org/seqloom-0.1.0-py3-none-any.whl"
    installed({"url": wheel, "archive_info": {}})
    assert install_line("demo") == f"pip install 'seqloom[demo] @ {wheel}'"


def test_sources_that_were_never_installed(monkeypatch):
    def absent(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", absent)
    source = _source()
    assert source is None or (source and install_line("train").startswith('pip install "'))
