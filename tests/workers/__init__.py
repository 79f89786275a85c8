"""Tests of the workers: sagas, timers, reconciliation, audits and the outbox."""
