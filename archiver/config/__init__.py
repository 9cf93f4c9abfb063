"""config.toml → `Settings`.

- `settings`: what can be set, what each setting means, its default and its bounds;
- `values`: how one value is read;
- `reading`: which file is read, and how each mistake in it is answered;
- `printing`: config.toml as it is without changes.
"""

from archiver.config.printing import default_toml
from archiver.config.reading import load_settings, read_settings, settings_source
from archiver.config.settings import (
    ArchiveSettings,
    AuditSettings,
    CaptureSettings,
    ReplaySettings,
    ResolveSettings,
    Setting,
    Settings,
    SigningSettings,
    WebSettings,
    all_settings,
)
from archiver.config.values import parse_host_port, parse_seconds, parse_size

__all__ = [
    "ArchiveSettings",
    "AuditSettings",
    "CaptureSettings",
    "ReplaySettings",
    "ResolveSettings",
    "Setting",
    "Settings",
    "SigningSettings",
    "WebSettings",
    "all_settings",
    "default_toml",
    "load_settings",
    "parse_host_port",
    "parse_seconds",
    "parse_size",
    "read_settings",
    "settings_source",
]
