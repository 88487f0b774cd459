"""Orders over HTTP, a file for what belongs together."""

from chalicelib.orders.routes import buying, complaints, disputes, gifts, placements, refunds, sales, subscriptions

BLUEPRINTS = (
    buying.routes,
    complaints.routes,
    disputes.routes,
    gifts.routes,
    placements.routes,
    refunds.routes,
    sales.routes,
    subscriptions.routes,
)
