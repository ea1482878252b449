"""scikit-learn's own checks, on texts made of numbers; those that cannot pass, with the reason."""

import inspect
import json
import subprocess
import sys

import pytest
from sklearn.utils.estimator_checks import check_estimator

from seqloom.config import config_from
from seqloom.estimators import SeriesForecaster, TextClassifier, Transducer

from ..toys import ENVIRONMENT

# docs/estimators.md lists them too
NOT_FOR_TEXT = {
    "check_n_features_in": "a text is no row of features to count",
    "check_n_features_in_after_fitting": "likewise",
    "check_classifiers_train": "likewise; what else it checks is checked without that",
}
ESTIMATORS = (TextClassifier, Transducer, SeriesForecaster)


@pytest.mark.slow
def test_checks_of_scikit_learn():
    line = [sys.executable, "-m", "tests.estimators.numbers", json.dumps(NOT_FOR_TEXT)]
    done = subprocess.run(line, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout.splitlines()[-1])
    assert [found for found in results if found[1] == "failed"] == []
    assert {name for name, status, _ in results if status == "xfail"} == {*NOT_FOR_TEXT}
    assert sum(status == "passed" for _, status, _ in results) >= 45


@pytest.mark.filterwarnings("ignore:Can't test estimator")
@pytest.mark.parametrize("kind", ESTIMATORS)
def test_checks_without_data(kind):
    """Of what takes texts, scikit-learn runs those that need no data; the others are skipped."""
    results = check_estimator(kind(), on_fail=None, on_skip=None)
    assert {r["status"] for r in results} <= {"passed", "skipped"}


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_every_parameter_is_a_setting(kind):
    """Of the default architecture: each is found, and its value arrives."""
    names = [*inspect.signature(kind.__init__).parameters][1:]
    estimator = kind()
    config = config_from({"task": kind.TASK})
    for name in names:
        if name not in ("settings", "architecture"):
            found = estimator._targets(name, config.model.architecture)
            assert found, name
            for section, key in found:
                assert hasattr(getattr(config, section), key)
    assert estimator.get_params() == dict.fromkeys(names)
