"""The conversation, through the real dispatcher, Postgres and the Telegram sandbox."""

from bot.quick_aiogram import import_aiogram

import_aiogram()  # before any test of this room does, as the bot does it
