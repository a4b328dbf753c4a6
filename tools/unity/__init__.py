"""Checks of `unity_project` without a Unity installation."""
