"""System checks of the installation, shared by Django's `check` and the doctor."""
