"""The practice org: a Salesforce org on this machine, reached over HTTP only."""
