"""Alerts (peringatan): one public ladder, two officers, and everybody who should hear."""
