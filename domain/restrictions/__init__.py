"""Restrictions of people: who may not order or take jobs, or only so much, why, and until when."""
