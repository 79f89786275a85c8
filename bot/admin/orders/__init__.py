"""The admin's screens of orders: the board, one order, and what an admin can do with it."""
