"""What this library costs: commands that anyone can run."""
