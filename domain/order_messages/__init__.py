"""What customer, runner and runner group see of an order."""
