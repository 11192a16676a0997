"""An embedded, procedural revision patient: anatomy, hardware, and a CT scan of it, with its truth."""
