"""Incidents (kejadian): what people report, and what operators make of it."""
