"""What customers, runners and admins do with orders."""
