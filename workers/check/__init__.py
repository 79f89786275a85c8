"""The check before the first order: facts are read by thin readers, and judged by pure functions, line by line."""
