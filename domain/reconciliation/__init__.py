"""Discrepancies between our records and Stripe's, and how far each of Stripe's lists was read."""
