"""Drafts: what a customer chose before an order exists, also from a former order."""
