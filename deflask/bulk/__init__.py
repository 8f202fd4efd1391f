"""Many repositories: what would change in each is planned, reviewed by a person, and pushed as it was reviewed."""
