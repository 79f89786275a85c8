"""Lines of a report that somebody reads while the rest is still measured."""


def print_line(line: str) -> None:
    """Print a line and flush it."""
    print(line, flush=True)
