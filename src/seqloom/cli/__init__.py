"""The command line: one command a file, named as the verb. `main` is the entry point."""

import sys

from . import begun  # noqa: F401  (it looks at the clock)

STOPPED = 130  # what a command is left with that was asked to stop


def main() -> None:
    """Run the command line; our own errors end as one line on stderr and exit code 1."""
    from ..errors import SeqloomError
    from ..extras import missing_extra
    from ..progress import on_standard_error, showing
    from ..stopping import asked, exit_code
    from .app import app

    try:
        with asked(_stop), showing(on_standard_error()):
            app()
    except SystemExit as error:
        sys.exit(exit_code() if error.code == STOPPED else error.code)
    except SeqloomError as error:
        sys.exit(_one_line(error))
    except ModuleNotFoundError as error:
        explained = missing_extra("seqloom", error)
        if explained is error:
            raise
        sys.exit(_one_line(explained))


def _stop() -> None:
    """Stop at once, and say so; a training run saves first, and says more."""
    from ..stopping import stop

    print("stopped", file=sys.stderr)
    stop()


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
