"""Exercises of Module 2: customer value, validation and data-driven decisions."""
