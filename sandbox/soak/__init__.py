"""`make soak`: many orders by scripted people while everything around them fails, and whether all of it settles."""
