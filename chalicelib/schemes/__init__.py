"""Schemes: what is sold or owed, whose money it is, and by which rule (tiket, retribusi, pungutan)."""
