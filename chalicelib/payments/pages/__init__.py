"""What a payer sees: the form of a scheme, the page of an order, refunds, tickets."""
