"""UniMorph and the shared tasks: lemma, form and features, told by which column holds tags."""

import pytest

from seqloom.config.transduce import TransduceDataConfig
from seqloom.data.guess import guess_task, say_columns
from seqloom.data.pairs.pairs import PairColumns, read_pairs
from seqloom.data.tables.source import part_of

# the heads of unimorph/deu and of 2023InflectionST's deu.trn
UNIMORPH = "aalen\taale\tV;IND;PRS;1;SG\n\naalen\taalt\tV;IND;PRS;3;SG\n"
SHARED_2023 = "aalen\tV;PRS;NOM(1,SG)\taale\naalen\tV;PRS;NOM(3,SG)\taalt\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (UNIMORPH, ("lemma", "form", "features")),
        (SHARED_2023, ("lemma", "features", "form")),
        (SHARED_2023.replace("aal", "Aal"), ("lemma", "features", "form")),
    ],
)
def test_the_order_is_told_by_the_tags(tmp_path, text, names):
    path = tmp_path / "deu.trn"
    path.write_text(text)
    part = part_of(str(path))
    assert (part.form, part.names) == ("inflection", names)
    found = {cells[names.index("form")].lower() for _, cells in part.read()}
    assert found == {"aale", "aalt"}


def test_pairs_of_both_orders_are_the_same(tmp_path):
    first, second = tmp_path / "unimorph", tmp_path / "shared"
    first.write_text("walk\twalked\tV;PST\nwalk\twalks\tV;SG\n")
    second.write_text("walk\tV;PST\twalked\nwalk\tV;SG\twalks\n")
    columns = PairColumns(features="auto")
    want = [("walk", ("V", "PST"), "walked"), ("walk", ("V", "SG"), "walks")]
    joined = PairColumns(source="lemma,features", target="form")
    for path in (first, second):
        assert [(p.source, p.features, p.target) for p in read_pairs(str(path), columns)] == want
        assert [p.source for p in read_pairs(str(path), joined)] == ["walk V;PST", "walk V;SG"]
        assert guess_task(str(path)).say() == (
            "task: transduce (lemma, form and features; --task overrides)"
        )


def test_the_columns_are_said(tmp_path):
    path = tmp_path / "deu.trn"
    path.write_text(SHARED_2023)
    said = say_columns("transduce", str(path), TransduceDataConfig())
    assert said == "source: lemma, target: form, features: features"


@pytest.mark.parametrize(
    "text",
    [
        "lemma\tfeatures\tform\naalen\tV;PRS\taale\n",  # a header
        "a\tb\tc\nd\te\tf\n",
        "A;B\tC;D\tE;F\n" * 3,
        "one;two\tA\tB\n",
        "text one\tLabel\ttext two\n" * 3,
    ],
)
def test_no_inflection(tmp_path, text):
    path = tmp_path / "table.tsv"
    path.write_text(text)
    assert part_of(str(path)).form == "TSV"
