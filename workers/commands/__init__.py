"""The operator's commands: provision a campus, audit, reconcile."""
