"""For people without accounts: stand-ins for Telegram and Stripe, and what starts and plays a whole CampusG."""
