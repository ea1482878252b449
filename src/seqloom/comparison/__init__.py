"""Comparison of the rungs on a user's data, and on memory probes."""
