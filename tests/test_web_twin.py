"""The twin answers on real sockets over real TLS."""

import ssl
import urllib.request

from tests.web_twin import Twin


def test_answers_over_tls_with_its_own_authority(twin: Twin) -> None:
    context = ssl.create_default_context(cafile=str(twin.ca_file))
    request = urllib.request.Request(f"https://localhost:{twin.https_port}/2024/05/what-the-quay-says.html")
    request.add_header("Host", "news.example")
    context.check_hostname = False
    with urllib.request.urlopen(request, context=context) as answer:
        assert answer.status == 200
        assert b"twitter-tweet" in answer.read()
    assert [seen.host for seen in twin.log] == ["news.example"]
