"""The settings of each process, read from the environment and validated, and the set-up of its log."""
