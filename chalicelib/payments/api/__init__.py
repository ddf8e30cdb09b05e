"""What payments answer to machines."""
