"""What a name is and what is on when nothing is set, read from `ast` alone."""
