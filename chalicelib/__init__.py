"""Sewaka: the public services of the city of Denpasar, one package per service."""
