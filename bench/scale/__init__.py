"""What many campuses need: the cost of each step of an order, and a simulation of a lunch built on it."""
