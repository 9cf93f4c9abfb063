"""A loopback stand-in of X's public embed endpoints, the Wayback Machine and a few news sites, over real TLS.

    with Twin() as twin:
        post = twin.population.where(state=PostState.LIVE)[0]
        ...  # a client with twin.connect_to and twin.ca_file

`python -m tests.web_twin` runs one for a person.
"""

from tests.web_twin.faults import PRIVATE_TARGETS, Fault, Injected
from tests.web_twin.population import CONTROL_ID, Account, Picture, Population, PostState, TwinPost, snowflake
from tests.web_twin.server import HOSTS, Twin
from tests.web_twin.wire import Framing, Reply, Request

__all__ = [
    "CONTROL_ID",
    "HOSTS",
    "PRIVATE_TARGETS",
    "Account",
    "Fault",
    "Framing",
    "Injected",
    "Picture",
    "Population",
    "PostState",
    "Reply",
    "Request",
    "Twin",
    "TwinPost",
    "snowflake",
]
