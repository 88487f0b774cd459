"""The catalogue over HTTP: what everyone sees, what authors write, what reviewers decide."""

from chalicelib.catalog.routes import bundles, passes, reading, reviewing, writing

BLUEPRINTS = (bundles.routes, passes.routes, reading.routes, reviewing.routes, writing.routes)
