"""The baselines learn what words say, know nothing of order, and are chosen on validation texts."""

import numpy as np
import pytest

from seqloom.data.texts.negation import negation_twins
from seqloom.data.words import split_words
from seqloom.errors import MissingExtraError
from seqloom.evaluation.class_baselines import INVERSE_PENALTIES, SMOOTHINGS, fit_class_baselines

pytest.importorskip("sklearn", reason="the extra `baselines` is not installed")


def reviews(count, seed):
    """Three classes, told by one word of eight, with a tenth of the labels wrong."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=count)
    words = np.array(["dull", "fair", "grand"])
    texts = [
        " ".join([*rng.choice(["film", "plot", "cast", "scene"], 7), words[label]])
        for label in labels
    ]
    wrong = rng.uniform(size=count) < 0.1
    labels = np.where(wrong, rng.integers(3, size=count), labels)
    return texts, labels


def test_learn_what_words_say():
    found = fit_class_baselines(reviews(400, 0), reviews(100, 1), split_words, 3)
    texts, labels = reviews(200, 2)
    assert [b.name.split(",")[0] for b in found] == ["naive Bayes", "logistic regression"]
    for baseline in found:
        p = baseline.predict_proba(texts)
        np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-9)
        assert (p.argmax(axis=1) == labels).mean() > 0.85
        assert baseline.valid_accuracy > 85


def test_the_smoothing_is_what_scikit_learn_alone_finds_best():
    text, bayes = (
        pytest.importorskip(f"sklearn.{n}") for n in ("feature_extraction.text", "naive_bayes")
    )
    train, valid = reviews(40, 4), reviews(80, 99)
    counts = text.CountVectorizer(
        tokenizer=split_words, token_pattern=None, lowercase=False, ngram_range=(1, 2)
    )
    x_train, x_valid = counts.fit_transform(train[0]), counts.transform(valid[0])
    scores = [
        100 * bayes.MultinomialNB(alpha=a).fit(x_train, train[1]).score(x_valid, valid[1])
        for a in SMOOTHINGS
    ]
    assert int(np.argmax(scores)) > 0  # else the first would do
    found = fit_class_baselines(train, valid, split_words, 3)[0]
    assert found.valid_accuracy == pytest.approx(max(scores))
    assert found.setting == f"alpha {SMOOTHINGS[int(np.argmax(scores))]:g}"


def test_the_setting_is_the_best_on_validation_texts():
    train, valid = reviews(60, 0), reviews(60, 1)
    for baseline, values in zip(
        fit_class_baselines(train, valid, split_words, 3),
        (SMOOTHINGS, INVERSE_PENALTIES),
        strict=True,
    ):
        value = float(baseline.setting.split()[1])
        assert value in values
        accuracy = (baseline.predict_proba(valid[0]).argmax(axis=1) == valid[1]).mean()
        assert baseline.valid_accuracy == pytest.approx(100 * accuracy)


def test_a_class_without_texts_gets_no_probability():
    texts, labels = reviews(100, 0)
    some = labels != 1
    train = ([t for t, keep in zip(texts, some, strict=True) if keep], labels[some])
    for baseline in fit_class_baselines(train, train, split_words, 3):
        p = baseline.predict_proba(texts)
        assert p.shape == (100, 3)
        assert (p[:, 1] == 0).all()


def test_words_alone_are_at_chance_on_twins():
    """Of 1-grams exactly; 2-grams may see a little of who says what of what."""
    train, test = (negation_twins(n, [0, 4], seed=s) for n, s in ((300, 0), (200, 1)))

    def as_set(sentences):
        labels = np.array([int(s.label == "positive") for s in sentences])
        return [s.text for s in sentences], labels

    texts, labels = as_set(test)
    for baseline in fit_class_baselines(as_set(train), as_set(test), split_words, 2):
        accuracy = (baseline.predict_proba(texts).argmax(axis=1) == labels).mean()
        assert 0.4 < accuracy < 0.6


def test_without_scikit_learn_the_pip_line_is_given(monkeypatch):
    def importing(name):
        raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")

    monkeypatch.setattr("seqloom.evaluation.class_baselines.import_module", importing)
    with pytest.raises(MissingExtraError) as caught:
        fit_class_baselines(reviews(9, 0), reviews(9, 1), split_words, 3)
    assert str(caught.value) == (
        "baselines: `sklearn` is not installed. Run: pip install 'seqloom[baselines]'"
    )
