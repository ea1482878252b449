"""The version of the package; model files keep it in their training record."""

__version__ = "0.1.0"
