"""Spreadsheet files."""
