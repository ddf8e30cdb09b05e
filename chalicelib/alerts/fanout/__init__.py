"""From one fact to every mailbox and phone: planned in pieces that queues carry, each send behind one boundary."""
