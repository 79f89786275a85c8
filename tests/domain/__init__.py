"""What the business means, held by examples and by properties."""
