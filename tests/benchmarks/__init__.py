"""What is measured, against what people would do instead."""
