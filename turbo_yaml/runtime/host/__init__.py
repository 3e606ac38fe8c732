"""What hosts need beside functions that run: decorators, templates of their own, whole runs for scripts."""
