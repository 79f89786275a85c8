"""Tests of the store on a real Postgres: constraints, races, and what a campus file writes."""
