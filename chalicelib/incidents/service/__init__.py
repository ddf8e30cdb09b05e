"""What can be done with incidents: cases, and the news for those who reported."""
