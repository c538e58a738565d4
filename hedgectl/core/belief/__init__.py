"""How wrong we may be, and how much less we may do because of it. Restrains entries; never an exit (L4, B3-B6)."""
