"""Ratings, problem cases, messages between the two sides of an order and the campus team."""
