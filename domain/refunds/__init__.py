"""What goes back to a customer: refunds and disputes, and the earnings that remain."""
