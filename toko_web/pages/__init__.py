"""The pages that people see, in Indonesian: routes, templates and the script."""
