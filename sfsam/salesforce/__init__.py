"""The only code that knows HTTP, OAuth and SOQL."""

from sfsam.salesforce.client import HttpSalesforce

__all__ = ["HttpSalesforce"]
