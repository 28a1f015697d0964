"""Measurements, which `make bench` prints and writes as JSON; the test here keeps them working."""
