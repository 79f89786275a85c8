"""What is delivered to Telegram, and how."""
