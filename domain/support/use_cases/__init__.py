"""What people do after or beside an order: rate, report, answer, write to each other."""
