"""Stand-ins for Telegram and Stripe, and programs that start and exercise a whole CampusG without any account."""
