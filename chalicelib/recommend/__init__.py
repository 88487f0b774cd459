"""What to show next: today by popularity, which fades; each answer says why."""
