"""Reading what a learner brings."""
