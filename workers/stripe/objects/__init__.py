"""The objects of Stripe as the product knows them: only the fields it reads, amounts in minor units.

An object that has a namesake in `domain` carries the prefix Stripe. A status that this version does not know becomes
UNKNOWN, which no code acts on; where a note or a message shows the status, `raw_status` has Stripe's own word.
"""
