"""What an entry must pass before anything leaves, and how a wish becomes a quantity. Entries only, by type (L2)."""
