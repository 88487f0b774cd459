"""All that people do and that happens to them in a history."""

from infra.prove.people import People
from infra.prove.world import World


class Deeds(People, World):
    """Each a turn of the history's; what is chosen goes by its chance."""
