"""Landmarks, the radiograph's measures, the cup, and the body of the implant."""
