"""SOQL: text to tokens to a tree to parameterised SQL (Salesforce fact sheet 2.2, 2.8, 7.4)."""
