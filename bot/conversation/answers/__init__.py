"""What people send as an answer: kept for a moment, changed afterwards, or sent as an album."""
