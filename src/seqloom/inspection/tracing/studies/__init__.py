"""What each task has to say for a trace: a `Study` each, under the task's name."""
