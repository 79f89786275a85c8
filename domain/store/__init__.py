"""The one room of domain that knows Postgres: tables, repositories, local steps, the unit of work, the bell."""
