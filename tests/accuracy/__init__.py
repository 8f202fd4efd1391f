"""How many labelled places deflask and other scanners find, and what else they report."""
