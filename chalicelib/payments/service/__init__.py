"""What can be done with money: orders, settlement, holds, tickets, refunds, the books."""
