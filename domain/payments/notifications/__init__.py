"""What is told about payments: holds, price increases, saved cards and customer debts."""
