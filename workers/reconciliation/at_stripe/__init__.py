"""What a person did at Stripe to an object of ours: found in the lists, and adopted where it is unambiguous."""
