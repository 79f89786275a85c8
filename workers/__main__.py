"""`python -m workers`: one worker process."""

import gc
import os

import uvloop

from domain.logs import configure_logging
from domain.settings import read_settings_or_exit, read_worker_settings


def main() -> None:
    """Read the settings, or say what is wrong with them, and work."""
    settings = read_settings_or_exit(read_worker_settings, os.environ)
    configure_logging(settings.log_level, settings.log_format)
    from workers.app import run_worker

    gc.freeze()  # what is imported stays: walking through it at every full collection holds everything up for 0.3 s
    uvloop.run(run_worker(settings))


if __name__ == "__main__":
    main()
