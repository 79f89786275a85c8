"""Measurements against a running CampusG on this machine; they assert nothing."""
