"""The Telegram conversation: what people write and tap, and the replies; the only package that imports aiogram."""
