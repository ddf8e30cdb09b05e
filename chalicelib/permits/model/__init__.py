"""What a service is: its standard, its questions, its conditions, and how it is found."""
