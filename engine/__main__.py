"""The engine process: ``python -P -m engine`` answers one JSON request a line until its input ends.

``{"id": 1, "op": "call", "calls": [{"call": "conv.output_size", "with": {"size": 7, "kernel_size": 3}}]}`` is one;
:mod:`engine.serving` lists them all.
"""

import signal
import warnings

from engine.pipes import take_pipes


def main() -> None:
    """Take the pipes first, so that nothing that torch or a function prints while it loads can reach them."""
    requests, replies = take_pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the app, which closes the pipe when it ends
    warnings.filterwarnings("ignore", "Failed to initialize NumPy")  # torch says it; nothing here uses NumPy
    from engine.serving import serve

    serve(requests, replies)


if __name__ == "__main__":
    main()
