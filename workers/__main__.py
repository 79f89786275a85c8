"""`python -m workers`: one worker process."""

import gc
import logging
import os

import uvloop

from domain.settings import or_exit, read_worker_settings


def main() -> None:
    """Read the settings, or say what is wrong with them, and work."""
    settings = or_exit(read_worker_settings, os.environ)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("httpx", "httpcore", "stripe", "arq"):  # httpx logs the bot token inside its addresses
        logging.getLogger(chatty).setLevel(logging.WARNING)
    from workers.app import work

    gc.freeze()  # what is imported stays: walking through it at every full collection holds everything up for 0.3 s
    uvloop.run(work(settings))


if __name__ == "__main__":
    main()
