"""State = Durable (a fold of the events) + Volatile (evidence of this process, each with its age)."""
