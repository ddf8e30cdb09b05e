"""What an alert is: the ladder, the hazards, the states, the words, and what may leave the city. Pure."""
