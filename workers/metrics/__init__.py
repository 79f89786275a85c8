"""The numbers of a worker: counted as it works, and read from the database by one process at a time."""
