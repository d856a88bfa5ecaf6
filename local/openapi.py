"""Print the OpenAPI document; ``make openapi`` writes it to docs/openapi.json, where review sees what changes."""

import json

import app  # noqa: F401 - its routes are what is described
from chalicelib.api import OPERATIONS
from chalicelib.web import openapi

if __name__ == "__main__":
    print(json.dumps(openapi.document(OPERATIONS), indent=1))
