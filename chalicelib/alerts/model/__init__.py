"""What an alert is: the ladder, the states, the words, and what may leave the city. Pure."""
