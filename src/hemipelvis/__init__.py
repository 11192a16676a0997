"""Custom 3D-printed hemipelvic endoprostheses, from one CT to a checked print part."""

__version__ = "0.1.0"
