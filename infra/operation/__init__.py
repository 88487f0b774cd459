"""What an operator sees and is told: alarms and a dashboard as a stack of its own, and messages that come back."""
