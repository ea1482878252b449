"""Time series: a CSV or a frame to scaled windows of the past and what came after them.

csv_file.py, frames.py    a file, or pandas and polars frames, to series
series.py                 series on one axis of time
times.py, season.py       the axis, its frequency, the season
features.py               covariates, the calendar
windows.py, scaling.py    cut and scaled, as networks read them
"""
