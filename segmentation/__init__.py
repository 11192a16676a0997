"""From a CT series to labelled bones, old hardware and surfaces."""
