"""What hosts need beside functions that run: decorators, whole runs for scripts, answers."""
