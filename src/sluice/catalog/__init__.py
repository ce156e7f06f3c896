"""What is known of models before anyone says so: prices with source and date, context, limits. Data and its readers."""
