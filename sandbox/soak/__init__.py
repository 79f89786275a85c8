"""`make soak`: many orders by simulated users while faults strike everywhere, and a check that everything settles."""
