"""Tests of the alert rules and dashboards, with Prometheus' own programs."""
