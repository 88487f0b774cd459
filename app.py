"""The front door: every blueprint the platform answers with, and the jobs that Chalice deploys beside it."""

import os

from chalicelib.about.routes import routes as about
from chalicelib.accounts import gate
from chalicelib.accounts.routes import routes as accounts
from chalicelib.admin.routes import routes as admin
from chalicelib.catalog.routes import BLUEPRINTS as catalog
from chalicelib.content.routes import routes as content
from chalicelib.core.front_door import FrontDoor
from chalicelib.core.web import guard_with
from chalicelib.coupons.routes import routes as coupons
from chalicelib.interactions.routes import routes as interactions
from chalicelib.library.routes import routes as library
from chalicelib.orders.routes import BLUEPRINTS as orders
from chalicelib.payments.routes import routes as payments
from chalicelib.reading.routes import routes as reading
from chalicelib.recommend.routes import BLUEPRINTS as recommend
from chalicelib.reconciliation.routes import routes as reconciliation
from chalicelib.reviews.routes import routes as reviews
from chalicelib.settlement.routes import routes as settlement

guard_with(gate.admit, gate.REFUSES)

app = FrontDoor()

app.register_blueprint(about)
app.register_blueprint(accounts)
app.register_blueprint(admin)
app.register_blueprint(content)
app.register_blueprint(coupons)
app.register_blueprint(interactions)
app.register_blueprint(library)
app.register_blueprint(payments)
app.register_blueprint(reading)
app.register_blueprint(reconciliation)
app.register_blueprint(reviews)
app.register_blueprint(settlement)
for blueprint in (*catalog, *orders, *recommend):
    app.register_blueprint(blueprint)

if "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:  # in Lambda each job starts at its own handler, and this app runs none
    from chalicelib.admin.jobs import jobs as admin_jobs
    from chalicelib.catalog.jobs import jobs as catalog_jobs
    from chalicelib.content.jobs import jobs as content_jobs
    from chalicelib.interactions.jobs import jobs as interactions_jobs
    from chalicelib.lake.jobs import jobs as lake_jobs
    from chalicelib.library.jobs import jobs as library_jobs
    from chalicelib.mail.jobs import jobs as mail_jobs
    from chalicelib.orders.jobs import jobs as orders_jobs
    from chalicelib.outbox.jobs import jobs as outbox_jobs
    from chalicelib.recommend.jobs import jobs as recommend_jobs
    from chalicelib.reconciliation.jobs import jobs as reconciliation_jobs
    from chalicelib.reviews.jobs import jobs as reviews_jobs

    app.register_blueprint(admin_jobs)
    app.register_blueprint(catalog_jobs)
    app.register_blueprint(content_jobs)
    app.register_blueprint(interactions_jobs)
    app.register_blueprint(lake_jobs)
    app.register_blueprint(library_jobs)
    app.register_blueprint(mail_jobs)
    app.register_blueprint(orders_jobs)
    app.register_blueprint(outbox_jobs)
    app.register_blueprint(recommend_jobs)
    app.register_blueprint(reconciliation_jobs)
    app.register_blueprint(reviews_jobs)
