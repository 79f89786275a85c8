"""Stripe's own lists against our rows, a little every minute: what is not the same is a row that a person sees."""
