"""New screws that hold in bone and miss the old tunnels."""
