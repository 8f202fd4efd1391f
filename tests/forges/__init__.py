"""The forges, against fakes that are judged by what GitHub publishes about its API."""
