"""Payments: orders, tickets and the books that say whose money it is."""
