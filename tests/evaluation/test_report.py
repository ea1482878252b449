"""The printed report: what it says, how wide it is, and that a file gets plain text."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from seqloom.evaluation import Confusion, Evaluation, LengthRow, Score
from seqloom.evaluation.report import print_evaluation

CONFUSIONS = (Confusion("AH0", "IH0", 1234), Confusion("∅", "T", 1))


def evaluation(confusions=CONFUSIONS):
    return Evaluation(
        sources=12000,
        symbol_error_rate=Score(5.4321, 5.1, 5.789, "%"),
        output_error_rate=Score(23.456, 22.7, 24.2, "%"),
        exact_match=Score(76.544, 75.8, 77.3, "%"),
        bleu=Score(88.888, 88.0, 89.0, ""),
        bleu_signature="nrefs:var|case:mixed|eff:no|tok:none|smooth:exp|version:2.6.0",
        chrf=Score(90.001, 89.0, 91.0, ""),
        chrf_signature="nrefs:var|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0",
        by_length=(LengthRow(1, 4, 2000, 3.0, 11.119), LengthRow(5, 5, 10000, 6.0, 25.0)),
        confusions=confusions,
        rows=(),
    )


def printed(value, **options):
    file = io.StringIO()
    print_evaluation(value, Console(file=file, width=80, **options))
    return file.getvalue()


def cells(text):
    """Lines as lists of cells, so that alignment may change."""
    return [[cell for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]


def test_says_the_numbers():
    lines = [[cell.strip() for cell in line] for line in cells(printed(evaluation()))]
    assert ["Scores of 12,000 sources"] in lines
    assert ["symbol error rate", "5.43 %", "5.10 to 5.79"] in lines
    assert ["output error rate", "23.46 %", "22.70 to 24.20"] in lines
    assert ["exact match", "76.54 %", "75.80 to 77.30"] in lines
    assert ["BLEU", "88.89", "88.00 to 89.00"] in lines
    assert ["chrF", "90.00", "89.00 to 91.00"] in lines
    assert ["1 to 4", "2,000", "3.00 %", "11.12 %"] in lines
    assert ["5", "10,000", "6.00 %", "25.00 %"] in lines
    assert ["AH0", "IH0", "1,234"] in lines
    assert ["∅", "T", "1"] in lines
    assert any(
        "BLEU nrefs:var|case:mixed|eff:no|tok:none" in cell for line in lines for cell in line
    )


def test_plain_in_a_file_and_styled_on_a_terminal():
    plain, styled = printed(evaluation()), printed(evaluation(), force_terminal=True)
    assert "\x1b" not in plain
    assert "─" not in plain
    assert "\x1b[1m" in styled
    assert "─" in styled


@pytest.mark.parametrize("terminal", [False, True])
def test_fits_80_columns(terminal):
    long = "internationalisation" * 6
    text = printed(
        evaluation(confusions=(Confusion(long, long, 7),)),
        force_terminal=terminal,
        color_system=None,
    )
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "".join(text.split()).count("internationalisation") >= 2  # folded, not cut
    assert "…" not in text


def test_no_confusions_no_table():
    assert "confusions" not in printed(evaluation(confusions=()))
    assert "confusions" in printed(evaluation())


def test_symbols_that_would_not_be_seen():
    text = printed(
        evaluation(
            confusions=(
                Confusion(" ", "\u0303", 4),
                Confusion("[bold]", "\u200d", 3),
                Confusion("\x1b[31m", "\n", 2),
            )
        )
    )
    lines = [[cell.strip() for cell in line] for line in cells(text)]
    assert ["␣", "◌\u0303", "4"] in lines
    assert ["[bold]", r"\u200d", "3"] in lines
    assert [r"\x1b[31m", r"\n", "2"] in lines


def test_one_source_is_singular():
    assert "Scores of 1 source\n" in printed(replace(evaluation(), sources=1))


def test_an_ascii_stream_gets_escapes():
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")
    print_evaluation(evaluation(confusions=(Confusion("∅", "ɛ", 1),)), Console(file=file, width=80))
    file.flush()
    assert rb"\u2205" in raw.getvalue()
    assert rb"\u025b" in raw.getvalue()
