"""What follows when Stripe refuses: cards and accounts made anew, people who wait told."""
