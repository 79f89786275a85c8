"""Tests that README, CONTRIBUTING, CHANGELOG and docs are true."""
