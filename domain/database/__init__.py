"""What every room needs of Postgres and Redis: the unit of work, the queue, column builders, the event log."""
