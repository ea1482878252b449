"""The forms there are, and which one a file or a folder is: the first that recognises it.

Checked by `tests/data/tables/forms/test_known.py`.
"""

from pathlib import Path

from ....errors import DataError
from .dictionaries import CMUDICT, LEXICON, MFA, MISAKI
from .form import Form, Glimpse
from .gluonts import GLUONTS
from .inflection import INFLECTION
from .kaldi import KALDI
from .labelled_files import CLASS_FOLDER, FASTTEXT
from .recordings import AUDIO_FOLDER, COMMON_VOICE, LJSPEECH

AUTO, TABLE = "auto", "table"  # by its look; an ordinary table, whatever it looks like
FORMS: tuple[Form, ...] = (
    *(MFA, CMUDICT, MISAKI, INFLECTION, FASTTEXT, GLUONTS),
    *(COMMON_VOICE, LJSPEECH, KALDI, AUDIO_FOLDER, CLASS_FOLDER),
    LEXICON,
)
BY_NAME = {form.name: form for form in FORMS}


def form_of(glimpse: Glimpse, *, folder: bool) -> Form | None:
    """The form of a file or a folder; `None` of an ordinary one."""
    asked = (form for form in FORMS if form.folder == folder and (folder or glimpse.lines))
    return next((form for form in asked if form.recognises(glimpse)), None)


def form_named(name: str, form: str) -> Form:
    """The form that the user asks for.

    Args:
        name: The file or folder.
        form: One of `BY_NAME`.
    Raises:
        DataError: It is of folders and this is a file, or the other way round.
    """
    found, is_folder = BY_NAME[form], Path(name).is_dir()
    if found.folder != is_folder:
        raise DataError(
            f"{name}: {form} is a form of {'folders' if found.folder else 'files'}, and this is a "
            f"{'folder' if is_folder else 'file'}. Name another, or leave --form out."
        )
    return found
