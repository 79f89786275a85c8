"""`make crash`: real processes killed at exact points of every step of every saga, and what became of each."""
