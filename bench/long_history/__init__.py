"""What a long history costs: the same acts beside few and beside many orders, by what Postgres says of each statement.

`paths.py` has the acts, `stacks.py` the databases and what runs on them, `explained.py` reads the log of Postgres.
"""
