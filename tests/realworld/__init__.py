"""Published distributions, as their authors packed them, against places counted by a reader."""
