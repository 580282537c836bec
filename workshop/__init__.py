"""The encoders' workshop: how the bundled encoder was made. Not part of the installed package."""
