"""Services and permits."""
