"""The saga engine's data and rules: what a saga is, what happens next, and its rows in Postgres."""
