"""Tests of the metrics of a worker."""
