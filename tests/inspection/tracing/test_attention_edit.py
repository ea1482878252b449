"""Attention weights set by hand: the weights, the new output, the gradient."""

import numpy as np
import pytest
import torch

from seqloom.errors import ConfigError
from seqloom.inspection.tracing import study_of
from seqloom.reference.attention_edit import reweigh, reweigh_backward
from seqloom.runtime import Transducer
from seqloom.runtime.classify import Classifier

from ...export.classifiers import random_classifier
from ...export.models import CONFIGS, random_model

B, S, M = 3, 5, 4
ATTENTIVE = [n for n in CONFIGS if "additive" in n or "general" in n or "dot" in n]


@pytest.fixture(params=ATTENTIVE)
def model(request):
    return Transducer(random_model(CONFIGS[request.param])[0])


@pytest.mark.parametrize("given", [{1: 0.3}, {0: 0.5, 4: 0.25}, {2: 1.0}, {}])
def test_values_and_gradient_match_torch(given):
    random = np.random.default_rng(3)
    weights, memory = random.dirichlet(np.ones(S), size=B), random.normal(size=(B, S, M))
    d_context, d_weights = random.normal(size=(B, M)), random.normal(size=(B, S))
    w, m = (torch.tensor(a, requires_grad=True) for a in (weights, memory))
    free = torch.tensor([j not in given for j in range(S)])
    rest = torch.where(free, w, 0.0)
    new = rest * ((1 - sum(given.values())) / rest.sum(1, keepdim=True))
    new = new + torch.tensor([given.get(j, 0.0) for j in range(S)])
    context = (new[:, None] @ m)[:, 0]
    ((context * torch.tensor(d_context)).sum() + (new * torch.tensor(d_weights)).sum()).backward()
    got_context, got, saved = reweigh(weights, memory, given)
    np.testing.assert_allclose(got, new.detach().numpy(), atol=1e-15)
    np.testing.assert_allclose(got_context, context.detach().numpy(), atol=1e-14)
    d_w, d_m = reweigh_backward(d_context, d_weights, saved)
    np.testing.assert_allclose(d_w, w.grad.numpy(), atol=1e-13)
    np.testing.assert_allclose(d_m, m.grad.numpy(), atol=1e-13)


def test_others_that_are_all_zero_share_evenly():
    weights, memory = np.array([[0.0, 1.0, 0.0]]), np.eye(3)[None]
    _, got, saved = reweigh(weights, memory, {1: 0.4})
    np.testing.assert_allclose(got, [[0.3, 0.4, 0.3]])
    d_w, _ = reweigh_backward(np.ones((1, 3)), np.ones((1, 3)), saved)
    assert (d_w == 0).all()


def test_a_row_is_replaced_and_the_decoder_goes_on(model):
    plain = model.trace("cafe", target="B A E", importance=False, jacobians=False)
    edits = {(1, 0): 0.9, (1, 3): 0.05}
    edited = model.trace("cafe", target="B A E", importance=False, jacobians=False, attention=edits)
    before, after = (t["attention/decoder"].values for t in (plain, edited))
    np.testing.assert_array_equal(before[0], after[0])
    np.testing.assert_allclose(after[1, [0, 3]], [0.9, 0.05], atol=1e-7)
    np.testing.assert_allclose(after[1].sum(), 1, atol=1e-6)
    np.testing.assert_allclose(after[1, 1] / after[1, 2], before[1, 1] / before[1, 2], rtol=1e-3)
    states = [t["states/decoder.0/h"].values for t in (plain, edited)]
    np.testing.assert_array_equal(states[0][0], states[1][0])
    assert np.abs(states[0][1:] - states[1][1:]).max() > 1e-4
    assert plain["loss/steps"].values[0] == edited["loss/steps"].values[0]


def test_the_weights_that_it_had_change_nothing(model):
    plain = model.trace("abcdefg", importance=False, jacobians=False)
    weights = plain["attention/decoder"].values
    edits = {(t, 2): float(weights[t, 2]) for t in range(len(weights))}
    same = model.trace("abcdefg", importance=False, jacobians=False, attention=edits)
    assert same.output == plain.output
    np.testing.assert_allclose(
        same["loss/steps"].values, plain["loss/steps"].values, atol=1e-4, rtol=1e-4
    )


def test_some_output_changes():
    changed = 0
    for name in ATTENTIVE:
        model = Transducer(random_model(CONFIGS[name])[0])
        before = study_of(model, "abcd").target.tolist()
        after = [study_of(model, "abcd", attention={(0, j): 1.0}).target.tolist() for j in range(4)]
        changed += sum(one != before for one in after)
    assert changed >= 3


def test_importance_with_edits_is_complete():
    model = Transducer(random_model(CONFIGS["gru, additive"])[0])
    trace = model.trace("cafe", target="B A", attention={(0, 1): 0.7})
    total = trace["importance/integrated_gradients"].values.sum()
    assert total == pytest.approx(trace.facts["importance"]["difference"], rel=0.011, abs=1e-4)
    # without the first symbol, the weight of the second is that of the new first
    value = -model.trace("cafe", target="B A", attention={(0, 1): 0.7})["loss/steps"].values.sum()
    left = -model.trace("afe", target="B A", attention={(0, 0): 0.7})["loss/steps"].values.sum()
    assert trace["importance/leave_one_out"].values[0] == pytest.approx(value - left, abs=1e-4)


def test_messages():
    model = Transducer(random_model(CONFIGS["gru, additive"])[0])
    for edits, message in (
        ({(0, 4): 0.5}, r"steps from 0 to 3, got \(0, 4\)\."),
        ({(-1, 0): 0.5}, r"steps from 0 to 3, got \(-1, 0\)\."),
        ({(0, 1): 1.5}, r"have weights from 0 to 1, got 1\.5 at \(0, 1\)\."),
        ({(0, 1): 0.7, (0, 2): 0.7}, r"step 0 a sum of 1, got 1\.4\. Give fewer"),
        ({(0, j): 0.1 for j in range(4)}, r"step 0 a sum of 1, got 0\.4\. Give fewer"),
        ({(9, 1): 0.7}, r"name target steps from 0 to 2, got \(9, 1\)\."),
    ):
        with pytest.raises(ConfigError, match=r"^trace: `attention` must .*" + message):
            model.trace("cafe", target="B A", attention=edits)
    others = [
        Transducer(random_model(CONFIGS[name])[0]) for name in ("gru, context", "transformer")
    ]
    for other in (*others, Classifier(random_classifier("lstm, attention")[0])):
        with pytest.raises(ConfigError, match=r"^trace: `attention` must come with a recurrent"):
            other.trace("cafe", attention={(0, 0): 1.0})
