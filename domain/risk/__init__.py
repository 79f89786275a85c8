"""The risk rules: how much may be under way at once, and which pay waits. They decide on plain facts and the time."""
