"""Read models in PostgreSQL: the sink that writes them, the projector that drives it, the source that reads them."""
