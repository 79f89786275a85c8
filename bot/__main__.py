"""`python -m bot` runs the bot."""

import gc
import os

from bot.transport.lazy_aiogram import import_aiogram
from domain.settings.settings import read_bot_settings, read_settings_or_exit


def main() -> None:
    """Check the settings, then run the bot; importing aiogram takes seconds, so settings errors are reported first."""
    settings = read_settings_or_exit(read_bot_settings, os.environ)
    import_aiogram()
    from bot.app import run_bot

    gc.freeze()  # imported objects stay: without this, each full collection walks them and blocks for 0.3 s
    run_bot(settings)


if __name__ == "__main__":
    main()
