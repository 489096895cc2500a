"""What people see: pages, lists, buttons, charts, every Indonesian sentence of the bot."""
