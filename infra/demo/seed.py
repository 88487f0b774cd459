"""Demo data for ``make run``: the cast with its works, some of them bought and reviewed."""

from infra.demo import buying, cast, manuscripts, publishing
from infra.demo.caller import Caller
from infra.local.supervisor import LocalPlatform, Tell


def fill(platform: LocalPlatform, tell: Tell) -> None:
    """Play the parts through the API, as anybody would."""
    people = _gather(platform)
    tell(f"demo data      {len(people)} people")
    works = {}
    for manuscript in manuscripts.corpus():
        works[manuscript.title] = publishing.bring_out(
            people[manuscript.author], people["reviewer"], manuscript
        ).work_id
    tell(f"demo data      {len(works)} works")
    if platform.theirs:  # nobody here knows the pages of somebody else's Stripe
        return
    bought = _trade(people, list(works.values()))
    tell(f"demo data      {bought} purchases and reviews")


def _gather(platform: LocalPlatform) -> dict[str, Caller]:
    people = {part.key: Caller(platform, part).join() for part in cast.PEOPLE}
    people["admin"].made_admin()
    people["admin"].put(f"/v1/accounts/{people['reviewer'].account_id}/roles", {"roles": ["reviewer"]})
    return people


def _trade(people: dict[str, Caller], works: list[str]) -> int:
    """Each reader buys two works and rates them; one pays by each method."""
    bought = 0
    for number, (part, method) in enumerate(zip(cast.READERS, ("card", "alipay", "wechat_pay"), strict=True)):
        reader = people[part.key]
        chosen = works[number : number + 2]
        buying.buy(reader, "cny", method, *chosen)
        for work_id in chosen:
            reader.put(f"/v1/works/{work_id}/reviews/mine", {"rating": 5 - number, "name": part.name})
            bought += 1
    return bought
