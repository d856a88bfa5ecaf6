"""Plotihub. Importing it makes some hundred thousand objects that all stay, so the collector is told to wait longer:
at its usual 700 it would walk them over and over, a tenth of a cold start."""

import gc

gc.set_threshold(50_000, 20, 50)
