"""How a customer makes a draft: items, place, fee, tip, and placing it."""
