"""Small wrong edits of the product that the tests must catch, and the command that tries each of them."""
