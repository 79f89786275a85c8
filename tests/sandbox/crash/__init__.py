"""Tests of kills at exact points, with a real Postgres."""
