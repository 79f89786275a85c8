"""Tests of tracing in a worker."""
