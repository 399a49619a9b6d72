"""Exercises of Module 1: strategic product leadership and vision in context."""
