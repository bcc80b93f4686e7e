"""The registry for machines (N11): ``/api/v1/<category>/<process>`` with a key, and its OpenAPI description."""
