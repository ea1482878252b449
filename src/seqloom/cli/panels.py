"""Headings under which the help lists options that not every task knows."""

TRANSDUCE, CLASSIFY, FORECAST = "transduce", "classify", "forecast"
TRANSCRIBE, GENERATE = "transcribe", "generate"
