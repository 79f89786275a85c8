"""What the business means and remembers: a room for each capability, on floors that a test holds."""
