"""Exercises of Module 3: scaled collaboration and stakeholder complexity."""
