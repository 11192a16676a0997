"""The calibrated gyroid, its placement in the body, and its meshing."""
