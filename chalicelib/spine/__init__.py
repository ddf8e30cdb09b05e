"""The spine: what carries committed facts to the archive and the bus (DESIGN 3)."""
