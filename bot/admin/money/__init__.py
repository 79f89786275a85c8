"""The admin's screens of refunds, debts and their waiver."""
