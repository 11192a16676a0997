"""Print files, their checks, the report and the hand-off package."""
