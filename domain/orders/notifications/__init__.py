"""What is told about orders: to the customer, to the runner and to the admins."""
