"""Escalations: what happens while an order waits for a runner, a runner is silent, or a customer is absent."""
