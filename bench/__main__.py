"""Run a bench by name: ``python -m bench import``."""

import sys
from importlib import import_module

BENCHES = {
    "api": "bench.api",
    "find": "bench.find",
    "import": "bench.imports",
    "operation": "bench.operation",
    "page": "bench.pages",
    "reach": "bench.reach",
    "sessions": "bench.sessions",
    "telegram": "bench.telegram",
}


def main(names: list[str]) -> int:
    """Run the bench that was named."""
    if len(names) != 1 or names[0] not in BENCHES:
        print(f"Name one of: {', '.join(sorted(BENCHES))}", file=sys.stderr)
        return 2
    import_module(BENCHES[names[0]]).main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
