"""What the executor was told: schema, sources, origins, template, problems as data."""
