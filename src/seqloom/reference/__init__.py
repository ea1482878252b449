"""Cells, attention and Transformer layers in NumPy, forward and backward by hand: the oracle."""
