"""Lyceum: a serverless paid-knowledge platform. One folder a room; README.md has the map."""

import gc

gc.set_threshold(100_000)  # what a cold start loads stays: to look for garbage in it 80 times is a fifteenth of it
