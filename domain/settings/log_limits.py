"""How many log lines of one kind are written in a window, when strangers decide how often it happens."""

from dataclasses import dataclass, replace

MAX_LINES = 20  # of one event in a window; the others are counted
WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWindow:
    """The lines of one event since `began_at`, in seconds of a monotonic clock."""

    began_at: float
    seconds: float = WINDOW_SECONDS
    written: int = 0
    left_out: int = 0

    def is_over(self, now: float) -> bool:
        """Return whether the next line begins another window."""
        return now - self.began_at >= self.seconds


def count_line(window: LineWindow, now: float) -> LineWindow:
    """Return the window after one more line; that line was written if `left_out` is 0."""
    if window.is_over(now):
        return LineWindow(began_at=now, seconds=window.seconds, written=1)
    if window.written < MAX_LINES:
        return replace(window, written=window.written + 1)
    return replace(window, left_out=window.left_out + 1)
