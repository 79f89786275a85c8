"""What is due now, and who is woken for it."""
