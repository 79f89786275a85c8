"""What a person did at Stripe to a payment: refunds they made, and what they captured too much."""
