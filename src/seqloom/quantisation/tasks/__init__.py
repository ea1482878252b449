"""What a network is asked, and which scores are compared: a module a task, with its `ASKED`."""
