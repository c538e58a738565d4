"""How positions are protected and left. Nothing here can refuse (L2): it only says how."""
