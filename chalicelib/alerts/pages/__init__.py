"""How alerts are asked for: the officers' desk, and what everybody may read."""
