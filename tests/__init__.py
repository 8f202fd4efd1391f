"""The tests of deflask."""
