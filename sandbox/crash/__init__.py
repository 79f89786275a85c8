"""`make crash`: kills real processes at exact points of every saga step, and reports what became of each case."""
