"""The commented configuration file, made from the schema: config/hedgectl.toml and `hedgectl config init`."""

from __future__ import annotations

from hedgectl.config.catalogue import catalogue, sections, shown

HEAD = """\
# hedgectl: every key with its default. Take the `#` away from a key to change it.
# Each key can also be set by a flag or by its environment variable: HEDGECTL_<SECTION>__<KEY>.
# Secrets do not belong here. `hedgectl config show --origin` tells where each value comes from.
"""


def template() -> str:
    """The text of a configuration file in which every key is commented out."""
    parts = [HEAD]
    for section, about in sections().items():
        parts.append(f"\n# {about}\n[{section}]\n")
        for key in catalogue().values():
            table, _, name = key.name.partition(".")
            if table == section:
                parts.append(f"# {key.about}: {key.expected}.\n# {name} = {shown(key.default)}\n")
    return "".join(parts)
