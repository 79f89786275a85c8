"""What came in: Telegram updates, Stripe events, and dead letters of all kinds."""
