"""Starts, watches and stops every process of a CampusG on one machine, its database servers included."""
