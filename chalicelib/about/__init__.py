"""What the platform says of itself: its health, its OpenAPI document, its documentation page."""
