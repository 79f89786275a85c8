"""The only package of domain that knows Postgres: tables, repositories, local saga steps, unit of work, queue."""
