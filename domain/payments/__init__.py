"""What customers pay: holds, replacement holds, capture, saved cards, debts of customers."""
