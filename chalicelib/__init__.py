"""Plotihub. Importing it makes tens of thousands of objects that all stay, so the collector is set to wait longer:
at its usual 700 it would walk them over and over while the app starts."""

import gc

__version__ = "0.2.0"  # as the newest release in CHANGELOG.md

gc.set_threshold(150_000, 20, 50)
