"""The situations in which a process is killed, and what must hold afterwards."""
