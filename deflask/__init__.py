"""Takes the Flask debugger out of production: check, diff and fix."""

__version__ = "0.1.0"
