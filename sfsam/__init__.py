"""sfsam: a self-hosted license manager for Salesforce."""

__version__ = "0.1.0"
