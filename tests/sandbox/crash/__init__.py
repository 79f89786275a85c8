"""The killing of processes at exact points, held against the real Postgres."""
