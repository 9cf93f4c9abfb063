"""Run a twin for a person: `python -m tests.web_twin --port 0`, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
from datetime import UTC, datetime

from tests.web_twin.population import Population
from tests.web_twin.server import Twin


def snippet(twin: Twin) -> str:
    """The part of a config.toml that makes the program talk to this twin."""
    lines = ["[web]", f'ca_file = "{twin.ca_file}"', "", "[web.connect_to]"]
    lines += [f'"{host}" = "{address}"' for host, address in twin.connect_to.items()]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.web_twin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="HTTPS port (0: any free one)")
    parser.add_argument("--http-port", type=int, default=0, help="plain HTTP port (0: any free one)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the population")
    parser.add_argument("--clock", type=datetime.fromisoformat, help="freeze the time, such as 2026-01-15T08:30:00")
    parser.add_argument("--rate-limit", type=int, help="requests per minute that the CDX server answers")
    options = parser.parse_args(arguments)
    clock = options.clock
    if clock is not None and clock.tzinfo is None:
        clock = clock.replace(tzinfo=UTC)
    population = Population.generate(seed=options.seed)
    with Twin(population, clock=clock, ports=(options.port, options.http_port)) as twin:
        twin.wayback.rate_limit = options.rate_limit
        sys.stdout.write(snippet(twin) + "\n\n")
        for name, page in twin.news.pages.items():
            sys.stdout.write(f"# {name}: {page.url} cites {len(page.cites)}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
