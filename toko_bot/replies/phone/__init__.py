"""Fits lists to the screen of a phone: how many lines a text takes (`lines`), and a product in few of them (`hit`)."""
