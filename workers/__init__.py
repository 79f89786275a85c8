"""The worker process: the only package that runs arq, calls Stripe and sends through python-telegram-bot."""
