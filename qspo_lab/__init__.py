"""An interactive workshop for experienced Product Owners, in JupyterLab."""

__version__ = "0.1.0"
