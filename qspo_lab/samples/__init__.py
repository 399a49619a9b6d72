"""Data from a recipe and a seed: tables that may be seen, truths that may not, always apart."""
