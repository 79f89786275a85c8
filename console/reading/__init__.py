"""What the console reads: the statements of its pages, each in the scope of one campus."""
