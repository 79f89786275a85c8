"""Tests of the unit of work, the queue and the event log."""
