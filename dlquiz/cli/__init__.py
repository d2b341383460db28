"""The command line: one file a command."""

import os
import sys


def run() -> None:
    """Run dlquiz; the entry point of the console script and of ``python -m dlquiz``."""
    _leave_out_current_folder()
    try:
        from dlquiz.app.garbage import look_seldom

        look_seldom()
        from dlquiz.cli.main import main
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except ImportError as error:
        print(f"dlquiz: {error}; install dlquiz again, with all that it needs: pip install dlquiz", file=sys.stderr)
        raise SystemExit(2) from None
    main()


def _leave_out_current_folder() -> None:
    """Import nothing from the current folder, where a learner's own json.py or torch.py may lie.

    ``python -m`` and an empty entry of PYTHONPATH put it on the path. It stays where dlquiz or Python itself lives.
    """
    try:
        here = os.path.realpath(os.getcwd())
    except FileNotFoundError:  # the current folder was removed
        return
    own = (os.path.dirname(os.path.dirname(os.path.dirname(__file__))), os.path.dirname(os.__file__))
    if here not in map(os.path.realpath, own):
        sys.path[:] = [folder for folder in sys.path if os.path.realpath(folder) != here]
