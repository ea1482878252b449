"""Time series: a CSV or a frame to scaled windows of the past and what came after them.

read.py                   a table or numbers, to cells
layout.py, columns.py     which column is what
time_texts.py, times.py   times as they are written, as an axis
rhythm.py, frequency.py   the frequency and the phase of each series
series.py, continued.py   series of one frequency, and what follows them
season.py                 the season
features.py               covariates, the calendar
windows.py, scaling.py    cut and scaled, as networks read them
prepare.py                all of it, for training
"""
