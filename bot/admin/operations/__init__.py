"""The admin's screens of discrepancies, dead letters and stuck sagas."""
