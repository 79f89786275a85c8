"""Tracing in a worker: it goes on with the traces that saga rows carry. Nothing here is used while tracing is off."""
