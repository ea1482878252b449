"""Series that go on in a second file. Checked by `tests/data/series/test_continued.py`."""

import dataclasses

import numpy as np

from ...errors import DataError
from .series import Series, SeriesSet


def continued(data: SeriesSet, more: SeriesSet, name: str) -> SeriesSet:
    """Series with the values that follow them.

    Times must go on where they stopped; numbered ones may begin anew where the past began, as in
    M4's test files.
    Covariates that change are found by their names; static ones stay as they were.

    Args:
        data: The series.
        more: What follows, by the same names; series that have nothing there stay as they are.
        name: Of the file with it, for messages.
    Raises:
        DataError: A name is unknown, its times leave a gap or overlap, or a covariate is missing.
    """
    names = {one.name: one for one in data.series}
    for one in more.series:
        if one.name not in names:
            raise DataError(
                f"{name}: a series must be one of those that it follows, got {one.name!r}. "
                "Give it the name that it has there."
            )
    following = {one.name: one for one in more.series}
    joined = []
    for one in data.series:
        after = following.get(one.name)
        if after is None:
            joined.append(one)
            continue
        numbered, anew = one.axis.unit == "integer", one.label(one.start)
        begins, due = after.label(after.start), one.label(one.end)
        goes_on = one.axis.places(after.axis.times(np.array([after.start])))[0] == one.end
        if not goes_on and not (numbered and begins == anew):
            also = f", or begins anew at {anew}" if numbered else ""
            raise DataError(
                f"{name}: series {one.name!r} begins at {begins}; what follows the past goes on at "
                f"{due}{also}. Give the values that follow."
            )
        values = np.concatenate([one.values, after.values])
        known = np.concatenate([one.known[: len(one.values)], _same_known(data, more, after, name)])
        real = np.concatenate([one.real, after.real])
        joined.append(dataclasses.replace(one, values=values, known=known, real=real))
    return SeriesSet(tuple(joined), data.axis, data.known_names, data.static_names, data.report)


def _same_known(data: SeriesSet, more: SeriesSet, after: Series, name: str) -> np.ndarray:
    """Covariates of a series of `more` in the columns that `data` has.

    One that does not change there was read as static.
    """
    columns = np.zeros((len(after.known), len(data.known_names)))
    for k, column in enumerate(data.known_names):
        if column in more.known_names:
            columns[:, k] = after.known[:, more.known_names.index(column)]
            continue
        if column not in more.static_names:
            raise DataError(
                f"{name}: data must have the covariate `{column}`, as the past has it, got "
                f"{', '.join(more.known_names + more.static_names) or 'none'}. Add that column."
            )
        value = after.static[more.static_names.index(column)]
        if not isinstance(value, float) or not np.isfinite(value):
            got = "empty cells" if isinstance(value, float) else repr(value)
            raise DataError(
                f"{name}: covariate `{column}` must be a number, as in the past, got {got} for "
                f"series {after.name!r}. Write numbers."
            )
        columns[:, k] = value
    return columns
