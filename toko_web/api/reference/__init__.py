"""The description of the API for programs and people: the objects of its responses, OpenAPI, and the page /v1/docs."""
