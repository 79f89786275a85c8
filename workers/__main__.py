"""`python -m workers`: one worker process."""

import gc
import os
import sys

import uvloop

from domain.settings.logs import configure_logging
from domain.settings.settings import INVALID_SETTINGS_EXIT_CODE, read_settings_or_exit, read_worker_settings


def main() -> None:
    """Run a worker; with wrong settings, print what is wrong with them and exit."""
    settings = read_settings_or_exit(read_worker_settings, os.environ)
    configure_logging(settings.log_level, settings.log_format)
    from domain.payments.stripe_platform_repository import OtherPlatformError
    from workers.app import run_worker

    gc.freeze()  # imported objects stay: without this each full collection walks them and blocks the loop 0.3 s
    try:
        uvloop.run(run_worker(settings))
    except OtherPlatformError as other:
        print(other, file=sys.stderr)
        sys.exit(INVALID_SETTINGS_EXIT_CODE)


if __name__ == "__main__":
    main()
