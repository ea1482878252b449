"""Three files that say the same; text of the user's that is no markup anywhere."""

import json
import re

import pytest

from seqloom.comparison.report import summary, write_report
from seqloom.comparison.report.markdown import escape, table
from seqloom.comparison.report.tables import ReportTable
from seqloom.comparison.report.words import factor
from seqloom.errors import RunError

from .simulated import simulated, simulated_probe

STOPPED = "stopped before it was finished"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return [
        path.read_text(encoding="utf-8") for path in write_report(simulated(examples=400), folder)
    ]


def test_three_files(tmp_path):
    paths = write_report(simulated_probe(), tmp_path)
    assert [path.name for path in paths] == ["report.html", "report.md", "report.json"]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert json.loads(paths[2].read_text())["kind"] == "probe-report"
    assert STOPPED not in paths[1].read_text(encoding="utf-8")


def test_page_and_markdown_have_the_numbers_of_the_json(written):
    html, markdown, text = written
    numbers = json.loads(text)
    for entry in numbers["entries"]:
        score = f"{entry['score']:.2f}"
        assert f"| {entry['title']} | {score} |" in markdown.replace("**", "")
        assert f">{score}<" in html
    assert numbers["recommendation"]["sentence"] in markdown
    assert STOPPED not in markdown
    longest = numbers["ratios"][0]["longest"]
    shown = [f"{longest[key]:.2f}" for key in ("value", "low", "high")]
    assert (
        f"GRU, fixed context makes {shown[0]} times the errors of GRU with attention "
        f"({shown[1]} to {shown[2]}), in the shortest tenth"
    ) in markdown


def test_page_asks_for_nothing(written):
    html = written[0]
    assert not re.search(r"(src|href)=\"(?!data:)", html)
    assert "url(" not in html
    assert "@import" not in html


def test_users_text_is_no_markup(tmp_path):
    results = simulated(examples=60, seeds=1)
    results["data"] = "data/<script>|*x*.tsv"
    results["entries"][1]["title"] = "RNN </script><b>|bold"
    html, markdown = (p.read_text(encoding="utf-8") for p in write_report(results, tmp_path)[:2])
    assert (html.count("<script>"), html.count("</script>")) == (1, 1)
    assert "<b>" not in html
    assert markdown.startswith("# Comparison on \\<script>\\|\\*x\\*.tsv\n")
    heads, _, *rows = markdown.split("## Scores")[1].strip().splitlines()[:4]
    bars = re.compile(r"(?<!\\)\|")
    assert rows[1].startswith("| RNN \\</script>")
    assert len(bars.findall(rows[1])) == len(bars.findall(heads))


def test_markdown_table():
    content = ReportTable(("a|b", "n"), (("x_y", "1"), ("z", "2")), strong=frozenset({1}))
    assert table(content) == "| a\\|b | n |\n| :-- | --: |\n| x\\_y | 1 |\n| **z** | **2** |"
    assert escape("a\nb*") == "a b\\*"
    assert escape("a\x1b[31m") == "a\\\\x1b\\[31m"


def test_summary_is_the_table_and_the_most_important_sentences():
    found = summary(simulated(examples=400))
    assert found.table.heads[:3] == ("entry", "symbol error, %", "95 % interval")
    assert len(found.table.rows) == 6
    assert found.sentences[0].startswith("Take GRU with attention")
    assert found.sentences[-1].startswith("In the longest tenth")
    probe = summary(simulated_probe())
    assert probe.table.rows[0][0] == "RNN"
    assert probe.sentences[0].startswith("RNN fails from 50")


def test_failed_runs_and_a_far_smaller_network_are_told():
    results = simulated(examples=400)
    results["entries"][1]["runs"][0] = {"seed": 1, "error": "train: the loss became inf."}
    found = summary(results)
    assert "1 run of RNN failed and is left out: train: the loss became inf." in found.sentences
    assert found.table.rows[1][3] == "2 of 3"
    alike = simulated(
        examples=1000,
        ladder=[
            ("rnn", "RNN", "network", 0.3, 0.6, 90_000),
            ("gru", "GRU", "network", 0.1, 0.2, 50_000),
            ("transformer", "Transformer", "network", 0.099, 0.199, 500_000),
        ],
        spread=0.001,
    )
    alike["entries"][2]["runs"] = [dict(run) for run in alike["entries"][1]["runs"]]
    for run in alike["entries"][2]["runs"]:
        run["numerators"] = [max(0, run["numerators"][0] - 1), *run["numerators"][1:]]
    found = summary(alike)
    assert found.sentences[0].startswith("Take GRU")
    assert "10 times the parameters" in found.sentences[0].replace("10.0", "10")
    assert "GRU is 9.9 times smaller (203 kB, 2 MB) than Transformer." in found.sentences
    for run in alike["entries"][2]["runs"]:
        run["latency_ms"] = 10 * max(r["latency_ms"] for r in alike["entries"][1]["runs"])
    second = summary(alike).sentences[1]
    assert "times smaller (203 kB, 2 MB) and" in second
    assert "times faster (" in second


def test_nothing_is_said_of_size_and_speed_where_nothing_is_significant_or_a_baseline_wins():
    ladder = [
        ("most-frequent", "most frequent transcript", "baseline", 0.3, 0.3, None),
        ("gru", "GRU", "network", 0.3, 0.3, 500_000),
    ]
    for examples, start in ((20, "The data are too few: "), (900, "A baseline wins: ")):
        results = simulated(examples=examples, ladder=ladder, spread=0.0)
        found, worse = results["entries"][0]["runs"][0], examples > 20
        for run in results["entries"][1]["runs"]:
            run["latency_ms"] = 50.0
            run["numerators"] = [n + worse for n in found["numerators"]]
        found["latency_ms"] = 0.001
        sentences = summary(results).sentences
        assert sentences[0].startswith(start)
        assert not any("faster" in line or "take" in line for line in sentences[1:])


def test_factors_are_round():
    assert [factor(v) for v in (2.04, 9.96, 99.4, 50_123.4)] == [
        "2.0",
        "10",
        "99",
        "about 50,000",
    ]


def test_a_comparison_that_was_stopped_says_so(tmp_path):
    for results in (simulated(examples=60, seeds=1), simulated_probe()):
        text = write_report({**results, "finished": False}, tmp_path)[1].read_text(encoding="utf-8")
        assert STOPPED in text


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(RunError, match=r"^report: `.*report\.html` cannot be written: No such f"):
        write_report(simulated_probe(), tmp_path / "none")
