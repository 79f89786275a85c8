"""Messages that a person writes to the other side of an order or to the campus team."""
