"""Every test: a sentence about what CampusG does, on real parts."""
