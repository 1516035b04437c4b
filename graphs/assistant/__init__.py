"""The assistant: a conversation that starts the service's jobs and answers from what they made."""
