"""What people do with payments: pay a debt, raise a price, remove a card."""
