"""Mail: written in the reader's language, sent through the outbox by SES."""
