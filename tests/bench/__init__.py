"""Measurements, never tests: `make bench` prints them and writes them as JSON."""
