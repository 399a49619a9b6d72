"""Exercises of Module 4: advanced backlog management and ownership in scaling."""
