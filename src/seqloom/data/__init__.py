"""Files to examples to padded batches with lengths. NumPy and the standard library, no torch.

given.py                                       a data set, a folder or a file
guess.py                                       which task a file is for
text_file.py                                   bytes to text, or a precise complaint
table.py                                       columns of a tab-separated file
vocabulary.py, levels.py, subwords.py          texts to numbers
hashes.py, seen.py, unknown.py                 splits and fingerprints, rows that are known again
pairs/                                         transduce
texts/                                         classify
text/                                          generate
series/                                        forecast
speech/                                        transcribe

In each folder `prepare.py` makes of what the user gave what training wants, with a report.
"""
