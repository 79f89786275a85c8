"""Photos that prove something: one photo proves one thing about one order."""
