"""Whom the bot answers, and where: groups, strangers, and the groups it is added to."""
