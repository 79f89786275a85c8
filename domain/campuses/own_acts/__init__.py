"""Acts of admins on their own orders: another admin does them; the only admin of a campus after they agreed to it."""
