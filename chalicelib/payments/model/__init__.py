"""What an order, its attempts, tickets, refunds and the books are. Pure."""
