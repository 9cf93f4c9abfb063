"""Chromium as a process: where it is, how it is started so that it is silent and forgets, how it is ended."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from archiver.browser.devtools import DevTools
from archiver.browser.errors import BrowserError
from archiver.browser.profile import ProfileFolder

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

START_SECONDS = 30.0
END_SECONDS = 5.0

HINT = "install Chromium (Debian: `apt install chromium`), or name it in the settings: [capture] chromium"

DEAD_PROXY = "http://127.0.0.1:9"
"""The discard port. What the browser itself asks, outside of a page's own proxy, goes there, and so nowhere."""

OFF = (
    "AimEnabled",
    "AimServerEligibilityEnabled",
    "AutofillServerCommunication",
    "CertificateTransparencyComponentUpdater",
    "DialMediaRouteProvider",
    "InterestFeedContentSuggestions",
    "LensOverlay",
    "MediaRouter",
    "OptimizationHints",
    "Prerender2",
    "SpeculationRulesPrefetchProxy",
    "Translate",
    "WebUSB",
)
"""Features with which the browser would ask somebody something of its own accord."""

SWITCHES = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-startup-window",
    "--no-pings",
    "--no-service-autorun",
    "--block-new-web-contents",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-external-intent-requests",
    "--disable-field-trial-config",
    "--disable-gpu",
    "--disable-hang-monitor",
    "--disable-notifications",
    "--disable-print-preview",
    "--disable-prompt-on-repost",
    "--disable-quic",
    "--disable-renderer-backgrounding",
    "--disable-search-engine-choice-screen",
    "--disable-speech-api",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--force-color-profile=srgb",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--hide-scrollbars",
    "--media-router=0",
    "--metrics-recording-only",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
    # nothing is looked up here: names are the door's business
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    f"--proxy-server={DEAD_PROXY}",
    "--proxy-bypass-list=<-loopback>",
    f"--disable-features={','.join(OFF)}",
)
"""What the browser does of its own accord is off, every connection goes to a proxy, loopback addresses too."""

_VERSION = re.compile(r"\b([0-9]+(?:\.[0-9]+){2,3})\b")


def find_chromium(configured: str = "") -> str:
    """The path of Chromium's program: the configured one, or the first of the usual ones.

    Raises `BrowserError`, with a hint, where there is none.
    """
    if configured:
        if found := shutil.which(os.path.expanduser(configured)):
            return found
        raise BrowserError("no such program", subject=configured, hint="[capture] chromium names it")
    for name in (*NAMES, *PLACES):
        if found := shutil.which(name):
            return found
    raise BrowserError("no Chromium is installed, so nothing can be rendered", hint=HINT)


class Chromium:
    """A running browser with a fresh profile, which is removed when it ends. Nothing is shown on a screen.

    `certificate`: PEM of what the proxy shows in every server's place; no other certificate is accepted in the place of
    an authority's. `agent`, `languages`: what pages are told.

    Raises `BrowserError` when it does not start.
    """

    def __init__(self, program: str, *, key_digest: bytes, agent: str = "", languages: str = "en") -> None:
        self.program = program
        self.version = program_version(program)
        """Such as `150.0.7871.100`."""
        self.warnings: list[str] = []
        self._folder = ProfileFolder()
        self._profile = self._folder.path
        self._pid = 0
        self.devtools: DevTools | None = None
        self.opened_windows: set[str] = set()
        """Pages (target ids) that opened a window of their own."""
        pin = base64.b64encode(key_digest).decode()
        switches = [
            *SWITCHES,
            f"--user-data-dir={self._profile}/profile",
            f"--ignore-certificate-errors-spki-list={pin}",
            f"--accept-lang={languages}",
        ]
        if agent:
            switches.append(f"--user-agent={agent}")
        if os.geteuid() == 0:
            # Chromium's sandbox refuses to work for root
            switches.append("--no-sandbox")
            self.warnings.append("Chromium runs without its sandbox, because this program runs as root")
        try:
            self.devtools = self._start([program, *switches])
            answer = self.devtools.call("Browser.getVersion", deadline=time.monotonic() + START_SECONDS)
            self.version = str(answer.get("product", "")).rpartition("/")[2] or self.version
            self.devtools.listen("", self._event)
            pages = [{"type": "page"}]
            self.devtools.call(
                "Target.setDiscoverTargets",
                {"discover": True, "filter": pages},
                deadline=time.monotonic() + END_SECONDS,
            )
        except BaseException as error:
            reason = self._last_words()
            self.close()
            if isinstance(error, (OSError, BrowserError)) or "did not answer" in str(error):
                raise BrowserError(f"Chromium does not start{reason}", subject=program) from error
            raise

    def _start(self, command: list[str]) -> DevTools:
        theirs_read, ours_write = os.pipe()
        ours_read, theirs_write = os.pipe()
        # the browser reads 3 and writes 4: neither may be taken by the pipes themselves
        high_read = fcntl.fcntl(theirs_read, fcntl.F_DUPFD_CLOEXEC, 10)
        high_write = fcntl.fcntl(theirs_write, fcntl.F_DUPFD_CLOEXEC, 10)
        os.close(theirs_read)
        os.close(theirs_write)
        log = f"{self._profile}/log"
        try:
            self._pid = os.posix_spawn(
                command[0],
                command,
                self._environment(),
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 2, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
                    (os.POSIX_SPAWN_DUP2, high_read, 3),
                    (os.POSIX_SPAWN_DUP2, high_write, 4),
                ],
                # a group of its own: Ctrl-C is for us to hear, and its children end with it
                setpgroup=0,
            )
        except BaseException:
            os.close(ours_read)
            os.close(ours_write)
            raise
        finally:
            os.close(high_read)
            os.close(high_write)
        return DevTools(ours_read, ours_write)

    def _event(self, method: str, params: Mapping[str, Any]) -> None:
        """A window that a page opens is closed at once: it would hide the page, and what is hidden is not drawn."""
        info = params.get("targetInfo")
        if method != "Target.targetCreated" or not isinstance(info, Mapping) or not info.get("openerId"):
            return
        self.opened_windows.add(str(info["openerId"]))
        if self.devtools is not None:
            with suppress(BrowserError):
                self.devtools.send("Target.closeTarget", {"targetId": info.get("targetId")})

    def _environment(self) -> dict[str, str]:
        """The user's, but for what would lead around the proxy, and with a home that is the profile's."""
        left_out = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "sslkeylogfile", "chromium_flags")
        kept = {name: value for name, value in os.environ.items() if name.lower() not in left_out}
        kept |= dict.fromkeys(("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), self._profile)
        return kept

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = (Path(self._profile) / "log").read_text("utf-8", "replace").strip().splitlines()
            telling = [line for line in lines if "FATAL" in line or "error" in line.lower()] or lines
            if telling:
                return f": {telling[0][-300:]}"
        return ""

    @property
    def running(self) -> bool:
        return self.devtools is not None and not self.devtools.closed

    def close(self) -> None:
        """End the browser and everything it started, and remove its profile."""
        if self.devtools is not None:
            if self.running:
                with suppress(BrowserError):
                    self.devtools.send("Browser.close")
            self.devtools.close()
            self.devtools.wait_for_end(END_SECONDS)
        self.kill()
        if self._pid:
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            self._pid = 0
        self._folder.remove()

    def kill(self) -> None:
        """End it at once: what hangs is not asked. (Until it is waited for, nobody else can have its number.)"""
        if self._pid:
            with suppress(OSError):
                os.killpg(self._pid, signal.SIGKILL)


def program_version(program: str) -> str:
    """What `--version` says, the number alone; empty where it says none."""
    try:
        said = subprocess.run(  # noqa: S603 (the program that the user named or installed)
            [program, "--version"], capture_output=True, timeout=START_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    match = _VERSION.search(said.decode("utf-8", "replace"))
    return match[1] if match else ""


def key_digest(public_key_der: bytes) -> bytes:
    """What a certificate's key is known by in `--ignore-certificate-errors-spki-list`: SHA-256 of its
    SubjectPublicKeyInfo (RFC 7469 section 2.4)."""
    return hashlib.sha256(public_key_der).digest()
