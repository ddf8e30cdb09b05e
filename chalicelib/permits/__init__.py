"""Services and permits: what the city does for people, by whom, how fast, for how much and by which rule."""
