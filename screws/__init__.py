"""New screws: the bone they run in, the old tunnels they miss, the search for the best of them."""
