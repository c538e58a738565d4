"""Where telemetry goes. Each sink follows the journal behind a breaker, and never in the way of a decision."""
