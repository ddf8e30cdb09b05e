"""Who wants to hear of alerts, where, how bad it must be, and by which way."""
