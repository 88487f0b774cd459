"""A lake as large as a comparison can be on one machine: dense baselines solve works × works systems many times."""

from dataclasses import replace

import numpy as np

from infra.trainer.catalogue import Catalogue

MOST_WORKS = 3_000
MOST_READERS = 6_000


def comparable(catalogue: Catalogue) -> Catalogue:
    """The lake itself, or its most met works and a sample of its readers, the same for every model."""
    log = catalogue.log
    kept_works = np.sort(np.argsort(-log.counts(), kind="stable")[:MOST_WORKS])
    readers = np.random.default_rng(2).permutation(log.readers)[:MOST_READERS]
    if len(kept_works) == log.works and len(readers) == log.readers:
        return catalogue
    place = np.full(log.works, -1)
    place[kept_works] = np.arange(len(kept_works))
    kept = log.only((place[log.work] >= 0) & np.isin(log.reader, readers))
    numbers = np.cumsum(np.bincount(kept.reader, minlength=log.readers) > 0) - 1
    smaller = replace(
        kept.with_works(place[kept.work].astype(np.intp), len(kept_works)),
        reader=numbers[kept.reader].astype(np.intp),
        readers=int(numbers[-1]) + 1,
    )
    names = [catalogue.readers[reader] for reader in np.unique(kept.reader)]
    works = [catalogue.works[work] for work in kept_works]
    return replace(catalogue, log=smaller, readers=names, works=works, met=len(works))
