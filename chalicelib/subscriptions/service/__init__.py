"""What can be done with subscriptions: by people (`asking`), for them (`confirmations`), and what follows from both."""
