"""Files to examples to padded batches with lengths. NumPy and the standard library, no torch."""
