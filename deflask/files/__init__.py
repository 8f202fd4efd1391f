"""From paths to bytes and back: discovery, one file's source, the atomic write."""
