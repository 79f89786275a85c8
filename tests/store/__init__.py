"""The store on a real Postgres: what the database itself refuses, who wins a race, what a campus file writes."""
