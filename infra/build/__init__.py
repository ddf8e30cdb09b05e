"""From a checkout to what is deployed: one zip and one template per stage, the same bytes from the same inputs."""
