"""Several works at one price, over HTTP."""

from chalice import Blueprint

from chalicelib.catalog import bundles
from chalicelib.catalog.routes.answering import MINUTE
from chalicelib.catalog.shapes import (
    BundleCard,
    BundleChange,
    BundlePage,
    ListQuery,
    NewBundle,
    Reason,
)
from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.web import Answer, created, no_content, ok, route

routes = Blueprint(__name__)


@route(routes, "POST", "/v1/bundles", who=Who.AUTHOR, body=NewBundle, answers={201: BundleCard})
def create_bundle(actor: Actor, body: NewBundle) -> Answer:
    """Sell several of my published works at one price."""
    bundle = bundles.create(actor, body)
    return created(bundle, f"/v1/bundles/{bundle.bundle_id}")


@route(
    routes,
    "GET",
    "/v1/bundles/{bundle_id}",
    who=Who.ANYONE,
    answers={200: BundlePage},
    refuses=(NotFound,),
    public_seconds=MINUTE,
)
def read_bundle(bundle_id: str) -> Answer:
    """A bundle that is on sale, with its works."""
    return ok(bundles.page(bundle_id))


@route(
    routes,
    "PATCH",
    "/v1/bundles/{bundle_id}",
    who=Who.AUTHOR,
    body=BundleChange,
    answers={200: BundleCard},
    refuses=(NotFound, Conflict),
)
def change_bundle(actor: Actor, bundle_id: str, body: BundleChange) -> Answer:
    """Change my bundle. What was ordered before stays as it was ordered."""
    return ok(bundles.change(actor, bundle_id, body))


@route(
    routes,
    "POST",
    "/v1/bundles/{bundle_id}/withdrawals",
    who=Who.AUTHOR,
    answers={204: None},
    refuses=(NotFound, Conflict),
)
def withdraw_bundle(actor: Actor, bundle_id: str) -> Answer:
    """Take my bundle off sale, for good. Who bought it keeps its works."""
    bundles.withdraw(actor, bundle_id)
    return no_content()


@route(
    routes,
    "POST",
    "/v1/bundles/{bundle_id}/takedowns",
    who=Who.ADMIN,
    body=Reason,
    answers={204: None},
    refuses=(NotFound, Conflict),
)
def take_down_bundle(actor: Actor, bundle_id: str, body: Reason) -> Answer:
    """Take a bundle off sale, whoever's it is. Its works stay on sale by themselves."""
    bundles.take_down(actor, bundle_id, body.reason)
    return no_content()


@route(
    routes,
    "GET",
    "/v1/authors/{author_id}/bundles",
    who=Who.ANYONE,
    query=ListQuery,
    answers={200: Page[BundleCard]},
    refuses=(BadCursor,),
    public_seconds=MINUTE,
)
def list_bundles(author_id: str, query: ListQuery) -> Answer:
    """The bundles that an author sells, the newest first."""
    return ok(bundles.of_author(author_id, query))
