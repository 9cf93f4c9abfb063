"""`Settings` → the text of config.toml: every setting at its default, under a comment that says what it is for."""

from __future__ import annotations

import textwrap
from typing import Any, get_args

import msgspec
from msgspec import Meta

from archiver.config.settings import Setting, all_settings, sections
from archiver.config.values import BARE_KEY, BYTE_UNITS

COMMENT_WIDTH = 100


def default_toml() -> str:
    """config.toml with every setting at its default, each under a comment that says what it is for."""
    lines = [
        "# Settings of archiver: every one, at its default. Lines that you delete keep the default.",
        '# Sizes and durations are numbers (bytes, seconds) or text such as "64 MiB", "1 GB", "30 s", "5 min".',
    ]
    for section, kind in sections().items():
        inside = [setting for setting in all_settings() if setting.section == section]
        lines += ["", f"# {str(kind.__doc__).splitlines()[0]}", f"[{section}]"]
        for setting in sorted(inside, key=lambda setting: setting.is_table):  # TOML: tables after plain keys
            lines += ["", *_comment(setting)]
            if setting.is_table:
                lines.append(f"[{setting.key}]")
                lines += [f"{_quoted_key(key)} = {_toml(value)}" for key, value in setting.default.items()]
            else:
                lines.append(f"{setting.name} = {_toml(setting.default, setting.unit)}")
    return "\n".join(lines) + "\n"


def _comment(setting: Setting) -> list[str]:
    text = setting.doc + (f" ({bounds})" if (bounds := _bounds(setting)) else "")
    lines = textwrap.wrap(text, COMMENT_WIDTH, break_long_words=False, break_on_hyphens=False)
    if setting.example:
        lines.append(f"Example: {setting.example}")
    return [f"# {line}" for line in lines]


def _bounds(setting: Setting) -> str:
    """Unit and bounds, such as `seconds, at most 3600`."""
    meta = next(item for item in get_args(setting.type) if isinstance(item, Meta))
    parts = [setting.unit] if setting.unit else []
    low = meta.ge if meta.gt is None else meta.gt
    if low is not None and meta.le is not None:
        limits = [_toml(value, setting.unit).strip('"') for value in (low, meta.le)]
        parts.append(f"above {limits[0]}, at most {limits[1]}" if meta.gt is not None else " to ".join(limits))
    return ", ".join(parts)


def _toml(value: Any, unit: str | None = None) -> str:
    """One value as TOML; sizes in the largest unit that holds them exactly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        # a TOML basic string escapes what JSON escapes, in the same way (TOML 1.0, section String)
        return msgspec.json.encode(value).decode()
    if unit == "bytes" and value:
        names = {"tb": "TB", "gb": "GB", "mb": "MB", "kb": "kB", "mib": "MiB", "kib": "KiB"}
        best = next((name for name in names if value % BYTE_UNITS[name] == 0), None)
        return f'"{value // BYTE_UNITS[best]} {names[best]}"' if best else str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _quoted_key(key: str) -> str:
    return key if BARE_KEY.fullmatch(key) else _toml(key)
