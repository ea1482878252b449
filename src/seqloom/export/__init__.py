"""The model file: written after training, read by the runtime."""
