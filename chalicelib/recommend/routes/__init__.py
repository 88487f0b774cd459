"""Recommendations over HTTP, a file for what belongs together."""

from chalicelib.recommend.routes import experimenting, recommending

BLUEPRINTS = (recommending.routes, experimenting.routes)
