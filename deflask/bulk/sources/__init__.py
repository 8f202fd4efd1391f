"""Where the list of repositories comes from: one module a source, each with `Settings` and `repositories`."""
