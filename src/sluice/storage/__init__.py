"""What Sluice remembers: SQLite or PostgreSQL behind one interface, and each worker's journal."""
