"""Screening: the facts that the risk rules need, and the checks with them."""
