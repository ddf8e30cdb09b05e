"""What belongs to no service: pure words, seams to the world, Chalice manners, AWS."""
