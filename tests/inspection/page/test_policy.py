"""What may run in a page: its own style and script, named by their hashes, wherever it stands."""

import re

import pytest

from seqloom.comparison.report.document import Document
from seqloom.comparison.report.page import page as report
from seqloom.inspection.page import page

from . import traces

INJECTED = """() => {
  window.ran = [];
  const script = document.createElement('script');
  script.textContent = 'window.ran.push("script")';
  document.body.append(script);
  const node = document.createElement('div');
  node.innerHTML = '<img src="data:,x" onerror="window.ran.push(1)"><p style="color: red">p</p>';
  document.body.append(node);
  const style = document.createElement('style');
  style.textContent = 'body { display: none }';
  document.head.append(style);
  const look = getComputedStyle(document.body).display + getComputedStyle(node.lastChild).color;
  return new Promise(r => setTimeout(() => r([window.ran, look.includes('none'),
    look.includes('rgb(255, 0, 0)')]), 100));
}"""


def a_report():
    return report(Document(title="t", facts=("f",), verdict="v", remarks=(), sections=()))


def test_a_policy_names_hashes_alone():
    for html in (page(traces.recurrent()), a_report()):
        found = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
        assert "unsafe" not in found
        assert len(re.findall("'sha256-[A-Za-z0-9+/]{43}='", found)) == 2


def test_what_was_put_in_later_does_not_run(opened):
    for html in (page(traces.recurrent()), a_report().replace("<html", "<html data-ready", 1)):
        one = opened(html)
        assert one.errors == []  # its own style and script are as they should be
        assert one.js(INJECTED) == [[], False, False]
        assert len(one.errors) >= 3
        assert all("Content Security Policy" in error for error in one.errors)


@pytest.mark.parametrize("around", ["", "<base href='https://example.org/'>"])
def test_the_frame_of_a_notebook_works_and_reaches_nothing_outside(opened, around):
    """As a cell of a notebook: put in by `innerHTML`, between other cells."""
    shell = f"<!DOCTYPE html><html data-ready>{around}<body><div id=cell></div><p>next cell</p>"
    one = opened(shell)
    one.js("(html) => document.getElementById('cell').innerHTML = html",
           traces.recurrent(symbols=["</iframe>", '"', "word"])._repr_html_())  # fmt: skip
    frame = one.tab.frame_locator("iframe")
    frame.locator("html[data-ready] .verdict").wait_for(timeout=10_000)
    inside = one.tab.frames[1]
    assert inside.evaluate("() => window.origin") == "null"
    assert inside.evaluate("() => { try { return parent.document.title } catch { return 0 } }") == 0
    frame.locator("#theme").click()
    assert inside.evaluate("() => document.documentElement.dataset.theme") == "dark"
    frame.locator(".head .chip").first.click()
    assert frame.locator("#now").inner_text().startswith("input, step 1 of 3: </iframe>")
    assert one.errors == []


def test_control_characters_are_seen(opened):
    symbols = ["\x1b[31m", "a\x00b", "\x7f", "\x85", "\u202eabc"]
    one = opened(page(traces.recurrent(symbols=symbols, output="\x1b]0;x\x07")))
    assert one.tab.locator(".head .chip").all_text_contents() == [
        "␛[31m", "a␀b", "␡", "�", "\u202eabc",
    ]  # fmt: skip
    assert one.tab.locator(".answer").inner_text() == "␛]0;x␇"
    assert one.errors == []
