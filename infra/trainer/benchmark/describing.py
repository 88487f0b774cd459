"""What works are about, read once: texts take some hundredths of a second each."""

import hashlib
from pathlib import Path

import msgspec
import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.catalogue import Catalogue
from infra.trainer.models import content


def describe(catalogue: Catalogue, kept: Path) -> Floats:
    """works × features; subjects are the first columns. Taken from the file where that is of the same texts."""
    told = msgspec.json.encode([catalogue.works, content.reader_of_texts()])
    texts = hashlib.sha256(told).hexdigest()
    if kept.exists():
        with np.load(kept) as file:
            if str(file["texts"]) == texts:
                stored: Floats = file["features"]
                return stored
    features = content.describe(catalogue.works, catalogue.subjects)
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.savez(kept, texts=texts, features=features)
    return features
