"""The list of forms: each in the settings of its task and in the options."""

import typing

import pytest

from seqloom.cli import choices
from seqloom.config import sections_of
from seqloom.data.given import given
from seqloom.data.guess import guess_task
from seqloom.data.tables.forms.form import Glimpse
from seqloom.data.tables.forms.known import AUTO, FORMS, TABLE, form_of
from seqloom.data.tables.source import part_of
from seqloom.tasks import TASKS


def test_settings_and_options_list_the_forms():
    for task in TASKS:
        hints = typing.get_type_hints(sections_of(task).data)
        want = {form.name for form in FORMS if form.task == task}
        got = set(typing.get_args(hints.get("form", typing.Literal[AUTO, TABLE])))
        assert got == want | {AUTO, TABLE}
    assert set(choices.FORMS) == {AUTO, TABLE, *(form.name for form in FORMS)}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_forced_form_says_the_task(form, tmp_path):
    name = str(tmp_path if form.folder else tmp_path / "file")
    guess = guess_task(given(name).read_as(form.name))
    assert (guess.task, guess.why) == (form.task, form.what)


@pytest.mark.parametrize(
    "lines",
    [
        ["source\ttarget", "walk\tW AO K"],
        ["walk\tW AO K", "talk\tT AO K"],
        ["a fine film\tgood", "so dull\tbad"],
        ["text,label", "a fine film,good"],
        ["id\ttext\tlabel", "1\ta film\tgood"],
        ["ds,y", "2024-01-01,1.5"],
        ["unique_id,ds,y", "a,2024-01-01,1"],
        ["path\ttext", "a.wav\tone two"],
        ["a.wav\tone two\t0.5\t1.5"],
        ["To be, or not to be,", "that is the question"],
        ['{"text": "a", "label": "b"}', '{"text": "c", "label": "d"}'],
        ["1.5", "2.5", "3.5"],
        ["I AM A B", "Y OY"],
        ["x"],
    ],
)
@pytest.mark.parametrize("name", ["data.tsv", "data.csv", "data.txt", "words", "data.jsonl"])
def test_an_ordinary_table_is_none(lines, name):
    assert form_of(Glimpse(name, lines), folder=False) is None


def test_what_is_no_form(tmp_path):
    """`table` reads what looks like a form as the table that it is too."""
    path = tmp_path / "words.dict"
    path.write_text("a\t1.0\tA B\nb\t0.5\tB\n")
    assert part_of(str(path)).form == "mfa"
    assert part_of(str(path), TABLE).form == "TSV"
