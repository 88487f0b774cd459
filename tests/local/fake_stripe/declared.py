"""What the SDK's generated types declare: the parameters of the pinned API version."""

import re
import sys


def names(declaration):
    return set(declaration.__annotations__)


def nested(declaration, name):
    """The declared hash inside a parameter (or inside each member of its list)."""
    module = vars(sys.modules[declaration.__module__])
    words = re.findall(r"\w+", str(declaration.__annotations__[name]))
    return next(module[word] for word in words if hasattr(module.get(word), "__required_keys__"))


def literals(declaration, name):
    return set(re.findall(r"'(\w+)'", str(declaration.__annotations__[name])))
