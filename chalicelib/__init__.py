"""Lyceum: a serverless paid-knowledge platform. One folder a room; README.md has the map."""
