"""The output formats: one file each, `render(report)` gives the text of a whole run."""
