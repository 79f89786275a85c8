"""What the business means; the standard library only, store and words excepted."""
