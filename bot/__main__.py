"""`python -m bot`: the conversation."""

import gc
import os

from bot.quick_aiogram import import_aiogram
from domain.settings import read_bot_settings, read_settings_or_exit


def main() -> None:
    """Say what is wrong with the settings before the seconds that importing aiogram takes."""
    settings = read_settings_or_exit(read_bot_settings, os.environ)
    import_aiogram()
    from bot.app import run_bot

    gc.freeze()  # what is imported stays: walking through it at every full collection holds everything up for 0.3 s
    run_bot(settings)


if __name__ == "__main__":
    main()
