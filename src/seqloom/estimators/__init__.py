"""Estimators with the interface of scikit-learn: for `Pipeline`, `cross_val_score`, `GridSearchCV`.

    from seqloom.estimators import TextClassifier
    TextClassifier(epochs=5).fit(texts, labels).predict(["what a film"])

They need the extras `train` and `baselines`. `docs/estimators.md` describes them.
"""

from ..extras import require

require("seqloom.estimators", "sklearn", "torch")

from .classify import TextClassifier  # noqa: E402
from .forecast import SeriesForecaster  # noqa: E402
from .transduce import Transducer  # noqa: E402

__all__ = ["SeriesForecaster", "TextClassifier", "Transducer"]
