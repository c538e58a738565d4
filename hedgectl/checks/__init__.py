"""What `doctor` looks at: one function a check, registered by group, each with a fact, an expectation and a cure."""
