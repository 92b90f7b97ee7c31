"""Every way to stand the system up; the only place that knows all five services."""
