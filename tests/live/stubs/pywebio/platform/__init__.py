"""Of PyWebIO only what starts its Flask server."""
