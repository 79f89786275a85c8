"""The statements and transactions of one order, counted by what causes them."""
