"""The story: its code runs, its quotations are the code, its numbers are those of the script."""

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))

from story import measures, pages  # noqa: E402
from story.gradients import (  # noqa: E402
    CELLS,
    difference,
    fallen,
    jacobian_norms,
    remembered,
    trace_reader,
    untrained,
)
from story.learning import history  # noqa: E402

STORY = ROOT / "docs" / "story"
CHAPTERS = sorted(STORY.glob("0*.md"))
PAGES = [STORY / "README.md", *CHAPTERS]
LINES = pages.statements()
DATA = ROOT / "../shared/data"
RECALLED = ("recall-rnn-5", "recall-rnn-20", "recall-gru-20")
ARTICLE = "highly unlikely that I would not recommend this movie"


def text_of(page):
    return page.read_text(encoding="utf-8")


def stated(page):
    """The measured numbers of a page, by name."""
    return dict(pages.stated(text_of(page), LINES[page.stem]))


def blocks(page):
    """Python to run: what is not a quotation."""
    plain = pages.QUOTE.sub("", text_of(page))
    return re.findall(r"```python\n(.*?)```", plain, re.DOTALL)


def quotations(text):
    """Name and code of each."""
    return {found[3]: found[4] for found in pages.QUOTE.finditer(text)}


def ids(page):
    return page.stem


def test_there_are_seven_chapters_and_each_follows_the_one_before():
    assert [page.stem[:2] for page in CHAPTERS] == [f"0{n}" for n in range(1, 8)]
    for page, following in pairwise(CHAPTERS):
        assert f"({following.name})" in text_of(page)


@pytest.mark.parametrize("page", CHAPTERS, ids=ids)
def test_code_of_a_chapter_runs_in_order(page):
    found = blocks(page)
    assert found
    names: dict = {}
    for number, block in enumerate(found):
        exec(compile(block, f"{page.name}, block {number + 1}", "exec"), names)
    assert sum(block.count("assert") for block in found)  # it says something, and that is true


@pytest.mark.parametrize("page", CHAPTERS, ids=ids)
def test_quotations_are_the_code(page):
    text = text_of(page)
    if page != CHAPTERS[4]:  # the fifth joins two loops; its backward pass is a block that runs
        assert pages.QUOTE.search(text)
    assert pages.quoted(text) == text, "run: python docs/build.py story"
    assert text.count("<!-- from ") == len(pages.QUOTE.findall(text))


@pytest.mark.parametrize("page", CHAPTERS, ids=ids)
def test_what_a_quotation_leaves_to_a_helper_is_quoted_or_explained(page):
    """Where code is cut in two, a chapter that quotes one half must not lose the other."""
    text = text_of(page)
    called = set(re.findall(r"(?<![\w.])(_[a-z]\w+)\(", "".join(quotations(text).values())))
    explained = set(re.findall(r"`(_\w+)`", pages.QUOTE.sub("", text)))
    assert called <= quotations(text).keys() | explained


@pytest.mark.parametrize(
    ("page", "said"),
    [("02-rnn", "1.0 - h**2"), ("03-lstm", "d_c * f"), ("04-gru", "d_state.h * saved.z")],
)
def test_the_line_that_the_text_explains_is_in_a_quotation(page, said):
    assert said in "".join(quotations(text_of(STORY / f"{page}.md")).values())


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_and_figures_are_there(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text_of(page)):
        if not target.startswith("http"):
            assert (STORY / target).exists(), target


def test_every_figure_is_shown():
    shown = {name for page in PAGES for name in re.findall(r"figures/([\w.-]+)\)", text_of(page))}
    assert shown == {path.name for path in (STORY / "figures").iterdir()}


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_the_sentence_runs_through(page):
    if page.stem[:2] not in ("02", "03", "04"):  # whose figures have it
        assert ARTICLE in " ".join(text_of(page).split())


def test_numbers_of_untrained_networks_are_true():
    """Behind figures 02-untrained and 03-untrained: the same on every machine."""
    found = measures.of_untrained()
    names = set()
    for page in PAGES:
        for name, value in pages.stated(text_of(page), LINES[page.stem]):
            if name in found:
                names.add(name)
                assert value == found[name], (page.name, name)
    assert len(names) >= 7
    assert found["untrained-lstm-bias2-steps"] == "never"
    assert float(found["untrained-lstm-bias2-least"]) > 1  # as "never" says


def test_the_rnn_recalls_what_is_near_and_not_what_is_far():
    """The chapter's claim, of the numbers that stand in it; distance is all that differs."""
    said = stated(STORY / "02-rnn.md")
    near, far, gated = (list(map(float, said[name].split(", "))) for name in RECALLED)
    assert min(near) > 90
    assert max(far) < 50
    assert min(gated) > 90
    assert set(said["recall-rnn-20-start"].split(", ")) == {said["untrained-rnn-steps"]}


def test_a_network_that_has_not_learned_is_no_evidence_of_distance():
    said = stated(STORY / "02-rnn.md")
    short, long = (float(said[f"negation-rnn-{words}"]) for words in (0, 20))
    assert short < 65
    assert abs(short - long) < 10
    assert float(said["negation-rnn-longer"]) > 90
    assert "Distance does not explain the negation table" in text_of(STORY / "02-rnn.md")


def test_what_carries_a_word_is_counted_by_changing_the_word():
    said = stated(STORY / "04-gru.md")
    found = {name: int(said[f"gru-{name}"]) for name in ("carried", "open", "others", "rewriting")}
    kept, anew = int(said["gru-carried-open"]), int(said["gru-carried-others"])
    assert kept + anew == found["carried"]
    assert found["open"] + found["others"] == 64
    assert kept > found["open"] / 2  # "most of those"
    assert 0 < anew < kept  # "but not by them alone"
    assert found["rewriting"] > 32
    assert float(said["likely-gru"]) < 5 < 95 < float(said["sentence-gru"])


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_and_jacobians_against_torch(cell):
    """The rest of the sequence as a function of the state after step t, float64 autograd of it."""
    T, input_size, size = 9, 4, 6
    reader = untrained(cell, size=size, input_size=input_size, seed=3)
    x = np.random.default_rng(4).normal(size=(T, input_size))
    trace = trace_reader(reader, x, tuple("abcdefghi"), answer=1)
    norms = jacobian_norms(reader, x)
    states = _torch_states(cell, reader, x)
    weight, bias = (torch.from_numpy(a) for a in reader.output)
    for t, start in enumerate(states):
        parts = tuple(part.detach().requires_grad_(True) for part in start)
        last = _torch_states(cell, reader, x[t + 1 :], parts)[-1] if t + 1 < T else parts
        loss = -torch.log_softmax(last[0] @ weight.T + bias, dim=1)[0, 1]
        (d_h,) = torch.autograd.grad(loss, parts[0], retain_graph=True)
        np.testing.assert_allclose(trace["gradient/encoder.0/h"].values[t], d_h[0], atol=1e-12)
        whole = np.concatenate([_rows(last[0], part) for part in parts], axis=1)
        np.testing.assert_allclose(norms["state"][t], np.linalg.norm(whole, 2), rtol=1e-9)
        if cell == "lstm":
            f = np.prod(trace["states/encoder.0/f"].values[t + 1 :], axis=0)
            rest = _rows(last[1], parts[1]) - np.diag(f)
            np.testing.assert_allclose(norms["cell"][t], f.max(), rtol=1e-9)
            np.testing.assert_allclose(norms["gates"][t], np.linalg.norm(rest, 2), atol=1e-12)
            cell_state = parts[1].detach().requires_grad_(True)
            h = torch.from_numpy(trace["states/encoder.0/o"].values[t]) * cell_state.tanh()
            after = (h, cell_state)
            last = _torch_states(cell, reader, x[t + 1 :], after)[-1] if t + 1 < T else after
            loss = -torch.log_softmax(last[0] @ weight.T + bias, dim=1)[0, 1]
            (d_c,) = torch.autograd.grad(loss, cell_state)
            np.testing.assert_allclose(remembered(trace)[t], d_c.norm(), rtol=1e-9)
        else:
            np.testing.assert_allclose(remembered(trace)[t], d_h.norm(), rtol=1e-9)


def _torch_states(cell, reader, x, state=None):
    """State after each step, of torch's own cell with the same weights."""
    size = reader.weights.weight_hh.shape[1]
    kind = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[cell]
    twin = kind(reader.weights.weight_ih.shape[1], size, dtype=torch.float64)
    twin.load_state_dict({n: torch.from_numpy(a) for n, a in reader.weights._asdict().items()})
    state = state or (torch.zeros(1, size, dtype=torch.float64),) * (1 + (cell == "lstm"))
    found = []
    for row in torch.from_numpy(x):
        after = twin(row[None], state if cell == "lstm" else state[0])
        state = after if cell == "lstm" else (after,)
        found.append(state)
    return found


def _rows(last, part):
    """Jacobian of `last` by `part`, a row for each unit; zero where none."""
    units = last[0].unbind()
    grads = [torch.autograd.grad(u, part, retain_graph=True, materialize_grads=True) for u in units]
    return np.concatenate([grad[0].numpy() for grad in grads])


def test_a_difference_begins_where_the_inputs_differ():
    rng = np.random.default_rng(5)
    reader, x = untrained("lstm", size=6, input_size=4), rng.normal(size=(9, 4))
    other = np.concatenate([x[:3], rng.normal(size=(1, 4)), x[4:]])
    one, two = (trace_reader(reader, a, tuple("abcdefghi"), answer=1) for a in (x, other))
    found = difference(one, two)
    assert not found[:3].any()
    c = [trace["states/encoder.0/c"].values[3] for trace in (one, two)]
    np.testing.assert_allclose(found[3], np.sqrt(((c[0] - c[1]) ** 2).sum()))


def test_the_history_of_a_run_is_read_off_its_log(tmp_path):
    memory = [(250, [0, 10, 30], [1.0, 1e-2, 1e-4]), (500, [0, 12], [1.0, 0.5])]
    memory.append((750, [0, 20], [1.0, 0.2]))
    events = [
        {"event": "memory", "step": step, "layers": {"encoder.0": {"distances": d, "norms": n}}}
        for step, d, n in memory
    ]
    events += [{"event": "validation", "step": s, "accuracy": a} for s, a in ((200, 50), (400, 96))]
    log = "".join(f"{json.dumps(event)}\n" for event in events)
    (tmp_path / "log.jsonl").write_text(log, encoding="utf-8")
    found = history(tmp_path)
    assert found.reach == pytest.approx({250: 1e-3, 750: 0.2})  # between; too short; as it is
    assert found.opened() == 750
    assert found.learned() == 400


def test_how_far_a_gradient_reaches():
    assert fallen(np.array([0.001, 0.02, 0.5, 1.0])) == 3
    assert fallen(np.array([0.02, 0.5, 1.0])) is None  # it never falls so far
    assert measures.reach(np.array([0.02, 0.5, 1.0])) == "never"
    assert measures.reach(np.array([0.001, 0.02, 0.5, 1.0])) == "3"
    assert fallen(np.array([1.0, 0.001, 1.0])) == 1  # what comes back later does not count


def test_numbers_are_found_and_written_by_the_lines_that_state_them():
    text = "It takes 7 steps,\nnot 13.\n\n| a | 1 |\n| b | 10, 20 |\n"
    lines = ["It takes {x} steps, not {y}.", "| b | {z} |"]
    assert pages.stated(text, lines) == [("x", "7"), ("y", "13"), ("z", "10, 20")]
    after = pages.filled(text, lines, {"x": "8", "z": "never"})
    assert after == "It takes 8 steps,\nnot 13.\n\n| a | 1 |\n| b | never |\n"
    assert "| a | 1 |" in pages.unchecked(text, lines)
    assert "13" not in pages.unchecked(text, lines)
    for line, times in (("It takes {x} days", 0), ("| {x} |", 2)):
        with pytest.raises(ValueError, match=f"is {times} times in its page, not once"):
            pages.filled(text, [line], {})


def test_a_quotation_has_no_docstring():
    source = pages.source(ROOT / "src/seqloom/reference/rnn.py", "initial_state")
    assert source.splitlines()[0].startswith("def initial_state(batch_size")
    assert source.splitlines()[1].strip().startswith("return RNNState")
    with pytest.raises(KeyError, match="has no nothing"):
        pages.source(ROOT / "src/seqloom/reference/rnn.py", "nothing")


def test_small_numbers_are_formulas():
    assert measures.scientific(3.26e-10) == r"$3 \times 10^{-10}$"
    assert measures.scientific(0.0213) == "0.021"


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_no_number_is_stated_without_its_measure(page):
    """In what is left without the checked lines, no percentage but these and no row of numbers."""
    left = pages.unchecked(text_of(page), LINES[page.stem])
    assert set(re.findall(r"\d[\d.,]* %", left)) <= {"1 %", "10 %"}  # the threshold; chance
    rows = [line for line in left.splitlines() if re.fullmatch(r"\|[^|]+(\|[\d.,\s%]+)+\|", line)]
    assert not rows
    assert "<!--=" not in left


@pytest.mark.parametrize("page", CHAPTERS, ids=ids)
def test_a_chapter_opens_with_its_drawing_and_ends_with_five_questions(page):
    text = text_of(page)
    start = text.split("## ")[0]
    assert f"figures/{page.stem[:2]}-network.svg)" in start
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[0] == "The idea"
    assert headings[-2:] == ["Check yourself", "Sources"]
    questions = text.split("## Check yourself")[1].split("## Sources")[0]
    asked = re.findall(r"^(\d)\. \*(.+?)\?\* (.+?)$", questions, re.MULTILINE | re.DOTALL)
    assert [number for number, *_ in asked] == list("12345")


@pytest.mark.slow
def test_the_whole_story_is_made_and_its_claims_hold(tmp_path):
    """In a process of its own: the checks of types and shapes that tests have would double it."""
    out = tmp_path / "story"
    options = {"--data": DATA, "--runs": tmp_path / "runs", "--out": out}
    command = [sys.executable, str(ROOT / "docs" / "build.py"), "story"]
    command += [str(part) for option in options.items() for part in option]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {page.name for page in out.glob("*.md")} == {page.name for page in PAGES}
    found = {}
    for page in out.glob("*.md"):
        found |= dict(pages.stated(text_of(page), LINES[page.stem]))
    number = {name: float(value) for name, value in found.items() if re.fullmatch(r"[\d.]+", value)}
    assert number["negation-fully-connected"] == 50
    assert number["negation-rnn"] < 65
    assert number["negation-rnn-longer"] > 90
    scores = {name: list(map(float, found[name].split(", "))) for name in RECALLED}
    assert len(scores["recall-rnn-5"]) == 3
    assert min(scores["recall-rnn-5"]) > 90
    assert max(scores["recall-rnn-20"]) < 90
    assert min(scores["recall-gru-20"]) > 90
    assert number["negation-lstm"] > 95
    assert number["negation-gru"] > 95
    assert number["gru-carried-open"] > number["gru-carried-others"] > 0
    assert number["gru-passing"] > number["rnn-passing"]
    assert number["lstm-keeps"] > 1 > number["rnn-keeps"]  # chapter 3: kept, and not
    drawn = {path.name for path in (out / "figures").iterdir()}
    if not (DATA / "g2p_en").exists():
        assert "left as they are" in done.stdout
        assert "02-gradient.png" in drawn
        return
    assert number["words-context-12"] > 1.5 * number["words-attention-12"]
    assert number["words-context-3"] < 1.5 * number["words-attention-3"]
    assert number["reviews-fully-connected"] > 75
    assert drawn == {path.name for path in (STORY / "figures").iterdir()}
