"""The opening: what is done before the first module."""
