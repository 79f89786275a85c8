"""Doing: the only room that runs arq, calls Stripe and sends through python-telegram-bot."""
