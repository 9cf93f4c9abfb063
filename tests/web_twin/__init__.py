"""A loopback stand-in of X's public embed endpoints, the Wayback Machine and a few news sites, over real TLS.

    with Twin() as twin:
        post = twin.population.where(state=PostState.LIVE)[0]
        settings = WebSettings(connect_to=twin.connect_to, ca_file=str(twin.ca_file))
        ...
        twin.population.change(post.id, state=PostState.DELETED)
        twin.fault("cdn.syndication.twimg.com", Fault.TOO_MANY, times=2, retry_after=1)
        ...
        assert len(twin.hits("publish.twitter.com")) == 1

By hand: `Population([TwinPost(account=Account(handle="pier_keeper", name="Keeper"), text="…", created=…)])`. What the
web archive holds of a post is said by its `archived=("legacy", "revisit")`, and for any other address by
`twin.wayback.add(url, when, body)`. Switches are attributes of `twin.x` and `twin.wayback`.

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
