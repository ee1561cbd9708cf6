"""Examples become an adapter: packing, supervised training, search."""
