"""Benchmarks of CampusG on this machine; they measure and assert nothing."""
