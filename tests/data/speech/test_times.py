"""Times in manifests: names that people's tools write, units, contradictions, and unknown names."""

import pytest

from seqloom.data.speech.times import meaning, part_of
from seqloom.errors import DataError


@pytest.mark.parametrize(
    ("row", "want"),
    [
        ({}, (0.0, None)),
        ({"start": "1.5", "end": ""}, (1.5, None)),
        ({"offset": 1.5, "duration": 2.25}, (1.5, 3.75)),
        ({"duration": 2.25}, (0.0, 2.25)),
        ({"offset": None, "duration": 2.25}, (0.0, 2.25)),
        ({"start_time": 1, "end_time": 2}, (1.0, 2.0)),
        ({"startTime": 1, "endTime": 2}, (1.0, 2.0)),
        ({"begin": 1, "stop": 2}, (1.0, 2.0)),
        ({"Begin Time": "1", "Duration (s)": "2"}, (1.0, 3.0)),
        ({"start_ms": 1500, "end_ms": 2500}, (1.5, 2.5)),
        ({"offset_ms": 1500, "duration_ms": "500"}, (1.5, 2.0)),
        ({"offset [milliseconds]": 1500, "dur": 1}, (1.5, 2.5)),
        ({"segment_start": 1, "segment-end": 2}, (1.0, 2.0)),
        ({"begin_sec": 1, "end_sec": 2}, (1.0, 2.0)),
        ({"onset": 1, "offset": 1}, (1.0, None)),
        ({"start": 1, "end": 2, "duration": 1.001}, (1.0, 2.0)),
        ({"start": 1, "start_ms": 1000}, (1.0, None)),
    ],
)
def test_names_and_units(row, want):
    assert part_of("m, line 1", row) == pytest.approx(want)


@pytest.mark.parametrize(
    "row",
    [
        {"speaker": 3, "text_length": 20, "segment_id": 7, "sample_rate": 16000, "num_frames": 99},
        {"recorded": "2024-01-01", "recording_time": "2024-01-01 10:00", "gender": "f"},
        {"timestamp": "2024-01-01T10:00:00", "trend": 3, "stopwords": 4, "endpoint": 5},
        {"from": "librispeech", "to": None},
    ],
)
def test_what_is_no_time_is_left_alone(row):
    assert part_of("m, line 1", row) == (0.0, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timestamp", [0.0, 1.5]),
        ("start_sample", 16000),
        ("frame_offset", 16000),
        ("start_us", 5),
        ("start_min", 5),
        ("time", "00:01.5"),
        ("length", 3.2),
        ("from", 1.0),
        ("offset_from_start", 1),
    ],
)
def test_names_that_look_like_times_are_refused(name, value):
    assert meaning(name) is None
    with pytest.raises(DataError) as caught:
        part_of("m, line 1", {name: value})
    assert str(caught.value) == (
        f"m, line 1: `{name}` looks like a time in the recording, but is no name that can be read. "
        "Known are start, end, offset and duration, in seconds, or with _ms behind in "
        "milliseconds; delete it or give it another name."
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"offset": "soon"}, "`offset` is 'soon'. Write a time, 0 or more."),
        ({"offset": -1}, "`offset` is '-1'. Write a time, 0 or more."),
        ({"end": "nan"}, "`end` is 'nan'. Write a time, 0 or more."),
        ({"duration": True}, "`duration` is 'True'. Write a time, 0 or more."),
        ({"start": [1]}, "`start` is '[1]'. Write a time, 0 or more."),
        ({"end": 10**400}, f"`end` is '1{'0' * 39}'. Write a time, 0 or more."),
        (
            {"offset": 2, "duration": 0},
            "`duration` ends the part at 2 s, which is not after its start at 2 s. Correct it.",
        ),
        (
            {"start": 2, "end": 1},
            "`end` ends the part at 1 s, which is not after its start at 2 s. Correct it.",
        ),
        (
            {"start": 1, "end": 2, "duration": 2},
            "the part ends at 2 s by `end`, at 3 s by `duration`. Delete one.",
        ),
        ({"start": 1, "offset": 2}, "`start` and `offset` differ (1 and 2 s). Delete one."),
    ],
)
def test_times_that_cannot_be(row, message):
    with pytest.raises(DataError) as caught:
        part_of("m, line 1", row)
    assert str(caught.value) == f"m, line 1: {message}"
