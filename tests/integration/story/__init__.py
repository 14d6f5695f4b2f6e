"""What the tests tell their stories with: people, forms, automations, deliveries."""
