"""Reconciliation: Stripe's lists are compared with our rows, and what differs becomes a discrepancy that admins see."""
