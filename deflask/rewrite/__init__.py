"""New bytes from findings: the guard, the import, the edited statements, and the proof."""
