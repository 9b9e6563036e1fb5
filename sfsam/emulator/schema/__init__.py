"""What the org's objects look like: one declarative description per object."""
