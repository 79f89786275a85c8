"""`python -m console` runs the console."""

import os

from console.app import run_console
from domain.settings.settings import read_console_settings, read_settings_or_exit


def main() -> None:
    """Check the settings, then run the console."""
    run_console(read_settings_or_exit(read_console_settings, os.environ))


if __name__ == "__main__":
    main()
