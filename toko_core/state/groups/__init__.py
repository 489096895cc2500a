"""Groups that became supergroups, which gives them a new id."""
