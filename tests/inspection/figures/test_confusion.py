"""The picture of confusions: it is drawn for few classes and for many, and says what it shows."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from seqloom.errors import RunError
from seqloom.evaluation.classes import evaluate_classes
from seqloom.inspection.figures.confusion import draw_confusion


def scores(num_classes):
    rng = np.random.default_rng(0)
    labels = rng.integers(num_classes, size=200)
    p = rng.uniform(size=(200, num_classes))
    names = [f"class {i}" for i in range(num_classes)]
    return evaluate_classes(labels, p / p.sum(axis=1, keepdims=True), names)


@pytest.mark.parametrize("num_classes", [2, 30])
def test_draws_counts_and_calibration(tmp_path, monkeypatch, num_classes):
    drawn = []
    real = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda self, *a, **k: (drawn.append(self), real(self, *a, **k))
    )
    found = scores(num_classes)
    draw_confusion(found, tmp_path / "c.png")
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    left, right = drawn[0].axes
    shown = [int(text.get_text().replace(",", "")) for text in left.texts]
    assert shown == ([n for row in found.confusion for n in row] if num_classes <= 20 else [])
    assert [label.get_text() for label in left.get_yticklabels()] == list(found.labels)
    assert left.get_title(loc="left") == f"accuracy {found.accuracy.value:.1f} %"
    assert right.get_title(loc="left") == f"calibration error {found.calibration_error:.1f} %"


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(RunError, match=r"^draw_confusion: `.*c\.png` cannot be written: "):
        draw_confusion(scores(2), tmp_path / "no" / "c.png")
