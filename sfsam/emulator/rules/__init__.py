"""What Salesforce allows and refuses when records are written (Salesforce fact sheet 5)."""
