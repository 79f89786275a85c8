"""Everything that calls Stripe or understands its objects."""
