"""Tests of the bot, through the real dispatcher, Postgres and the Telegram stand-in."""

from bot.transport.lazy_aiogram import import_aiogram

import_aiogram()  # before any test of this folder imports it, as the bot does
