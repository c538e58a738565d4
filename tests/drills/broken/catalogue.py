"""All broken products, in the order of their files. A new one is a function in one of those, with its decorator."""

from . import believing, forgetting, restraint, sending
from .registry import BROKEN

MODULES = (sending, believing, restraint, forgetting)

__all__ = ["BROKEN", "MODULES"]
