"""The datasets' schemas, as Personalize reads Avro.

Source: docs.aws.amazon.com/personalize/latest/dg/how-it-works-dataset-schema.html

The columns are those of ``chalicelib/recommend/columns.py``.
"""

import json
from typing import Any

_TEXT: dict[str, Any] = {"type": ["null", "string"]}
_CATEGORY = _TEXT | {"categorical": True}
_COLUMNS: dict[str, dict[str, dict[str, Any]]] = {
    "INTERACTIONS": {
        "USER_ID": {"type": "string"},
        "ITEM_ID": {"type": "string"},
        "TIMESTAMP": {"type": "long"},
        "EVENT_TYPE": {"type": "string"},
        "EVENT_VALUE": {"type": "float"},
    },
    "ITEMS": {
        "ITEM_ID": {"type": "string"},
        "CREATION_TIMESTAMP": {"type": "long"},
        "KIND": _CATEGORY,
        "LANGUAGE": _CATEGORY,
        "SUBJECTS": _CATEGORY,
        "AUTHORS": _CATEGORY,
        "DESCRIPTION": _TEXT | {"textual": True},
        "WITHDRAWN": _CATEGORY,
    },
}


def columns(dataset: str) -> list[str]:
    """In the order in which they are written."""
    return list(_COLUMNS[dataset])


def schema(dataset: str) -> str:
    fields = [{"name": name, **column} for name, column in _COLUMNS[dataset].items()]
    return json.dumps(
        {
            "type": "record",
            "name": dataset.capitalize(),
            "namespace": "com.amazonaws.personalize.schema",
            "fields": fields,
            "version": "1.0",
        }
    )
