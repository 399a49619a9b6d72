"""How a person answers each exercise: by mouse, and by keys alone."""
