"""Boards: what a learner moves. Each has a Python, a JS and a CSS file of one stem."""
