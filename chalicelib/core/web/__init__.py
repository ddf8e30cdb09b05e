"""Chalice's manners: how the city listens and answers on the web."""
