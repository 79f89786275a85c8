"""Conversation: what people write and tap, and what they are answered; the only room that imports aiogram."""
