"""What runners are paid: payables, transfers, payout accounts, debts of runners and their netting."""
