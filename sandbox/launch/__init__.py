"""Starts, monitors and stops all processes of a CampusG on one machine, including its database servers."""
