"""What belongs to no service: pure words, seams to the world, Chalice manners, AWS."""

from pathlib import Path

# Where app.py, data/, locale/ and templates/ lie: the checkout, or the zip of a function.
ROOT = Path(__file__).resolve().parents[2]
