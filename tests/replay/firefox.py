"""Firefox before the site, where it is installed: driven over its Marionette protocol, which is JSON on a socket."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.replay.hostile import STRACE


def _installed() -> str:
    for name in ("firefox-esr", "firefox"):
        path = shutil.which(name)
        # a snap's is a script that leads to it, and sees neither this profile nor strace
        if path and b"/snap/" not in Path(path).resolve().read_bytes()[:4096]:
            return path
    return ""


FIREFOX = _installed()
SECONDS = 60.0

PREFERENCES: dict[str, Any] = {
    # what the browser asks of its own accord
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.startup.page": 0,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.update.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "geo.provider.testing": True,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "data:,",
}


class Firefox:
    """Firefox with one page.

    trap: the port that every name but those of this machine leads to, as a proxy; null: names are looked up. calls:
    where the system calls of its processes that have to do with the network are written. agent: as what it says that it
    is; null: as itself.
    """

    def __init__(self, folder: Path, *, trap: int | None, calls: Path | None = None, agent: str | None = None) -> None:
        profile = folder / "firefox"
        profile.mkdir()
        preferences = {**PREFERENCES, "marionette.port": 0}
        if agent is not None:
            preferences["general.useragent.override"] = agent
        if trap is None:
            preferences["network.proxy.type"] = 0
        else:
            script = (
                "function FindProxyForURL(url, host) {"
                " return host == '127.0.0.1' || host == 'localhost' || host.endsWith('.localhost')"
                f" ? 'DIRECT' : 'PROXY 127.0.0.1:{trap}' }}"
            )
            preferences["network.proxy.type"] = 2
            preferences["network.proxy.autoconfig_url"] = f"data:text/javascript,{script}"
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items())
        (profile / "user.js").write_text("".join(lines))
        command = [FIREFOX, "--headless", "--marionette", "--profile", str(profile), "--no-remote", "about:blank"]
        if calls is not None:
            assert STRACE
            watched = "trace=connect,sendto,sendmsg,sendmmsg"
            command = [STRACE, "-f", "--seccomp-bpf", "-qq", "-s", "300", "-e", watched, "-o", str(calls), *command]
        environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        environment["MOZ_CRASHREPORTER_DISABLE"] = "1"
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        self._pid = os.posix_spawn(command[0], command, environment, file_actions=actions, setpgroup=0)
        self._count = 0
        self._data = b""
        self.port = self._listens(profile)
        self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)
        self._receive()  # it says who it is
        self.call("WebDriver:NewSession", {"pageLoadStrategy": "normal", "unhandledPromptBehavior": "ignore"})

    def _listens(self, profile: Path) -> int:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            with suppress(OSError, ValueError):
                return int((profile / "MarionetteActivePort").read_text())
            time.sleep(0.05)
        self._kill()
        raise AssertionError("Firefox did not start")

    def _receive(self) -> Any:
        while b":" not in self._data:
            self._more()
        length, _, rest = self._data.partition(b":")
        self._data = rest
        while len(self._data) < int(length):
            self._more()
        message, self._data = self._data[: int(length)], self._data[int(length) :]
        return json.loads(message)

    def _more(self) -> None:
        data = self._socket.recv(1 << 16)
        assert data, "Firefox has gone"
        self._data += data

    def call(self, command: str, parameters: dict[str, Any] | None = None) -> Any:
        self._count += 1
        sent = json.dumps([0, self._count, command, parameters or {}]).encode()
        self._socket.sendall(b"%d:%s" % (len(sent), sent))
        _, number, error, result = self._receive()
        assert number == self._count
        if error:
            raise AssertionError(f"{command}: {error['error']}: {error['message']}")
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def open(self, address: str) -> None:
        self.call("WebDriver:Navigate", {"url": address})

    def begin(self, address: str) -> None:
        """Open a page, and do not wait for it."""
        self.call("WebDriver:ExecuteScript", {"script": "location.href = arguments[0]", "args": [address]})

    def address(self) -> str:
        return str(self.call("WebDriver:GetCurrentURL"))

    def windows(self) -> int:
        return len(self.call("WebDriver:GetWindowHandles"))

    def find(self, selector: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.call("WebDriver:FindElements", {"using": "css selector", "value": selector})
        return found

    def enter(self, selector: str) -> None:
        """From now on, calls are about a frame of the page."""
        self._enter(self.find(selector)[0])

    def _enter(self, frame: dict[str, str]) -> None:
        self.call("WebDriver:SwitchToFrame", {"element": next(iter(frame.values()))})

    def leave(self) -> None:
        """From now on, calls are about the page itself."""
        self.call("WebDriver:SwitchToFrame", {"id": None})

    def sources(self) -> str:
        """The markup of the frame that was entered, and of all within it, as the browser has it."""
        text = str(self.call("WebDriver:GetPageSource"))
        for frame in self.find("iframe"):
            self._enter(frame)
            text += self.sources()
            self.call("WebDriver:SwitchToParentFrame")
        return text

    def click(self, words: str) -> None:
        """On the link of these words."""
        link = self.call("WebDriver:FindElement", {"using": "link text", "value": words})
        self.call("WebDriver:ElementClick", {"id": next(iter(link.values()))})

    def wait_for_turns(self) -> None:
        """Until the frame that was entered has come to its events so often that what was due at once has been done."""
        for _ in range(20):
            self.find("html")

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("WebDriver:TakeScreenshot", {"full": False, "hash": False})))

    def _kill(self) -> None:
        with suppress(OSError):
            os.killpg(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def close(self) -> None:
        with suppress(AssertionError, OSError):
            self.call("Marionette:Quit", {"flags": ["eForceQuit"]})
        self._socket.close()
        until = time.monotonic() + 10
        while time.monotonic() < until:
            if os.waitpid(self._pid, os.WNOHANG)[0]:
                return
            time.sleep(0.05)
        self._kill()
