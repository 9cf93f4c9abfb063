"""A configuration file → `Settings`, or a `ConfigError` that names the key, what stands there and what is wanted.

Which file is read: the one given with `--config`; else the one that `ARCHIVER_CONFIG` names; else `config.toml` in the
working directory; else `archiver/config.toml` in the user's configuration folder. The first that exists is used alone.
"""

from __future__ import annotations

import os
import textwrap
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import platformdirs
from rapidfuzz import fuzz

from archiver.config.settings import Setting, Settings, all_settings, sections
from archiver.config.values import BARE_KEY
from archiver.errors import ConfigError

ENVIRONMENT_VARIABLE = "ARCHIVER_CONFIG"
FILE_NAME = "config.toml"

MAX_FILE_BYTES = 1 << 20
"""A configuration is a few kilobytes; more is some other file, given by mistake."""

NEAR = 60.0
"""From this likeness on (rapidfuzz ratio, 0..100) a known key is worth offering for an unknown one."""


def settings_source(
    path: Path | None = None, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Path | None:
    """The file that `load_settings` reads with the same arguments; null when there is none.

    Raises `ConfigError` when a file that was asked for (by `path` or by the environment) does not exist.
    """
    env = os.environ if env is None else env
    cwd = cwd or Path.cwd()
    asked = path or (Path(env[ENVIRONMENT_VARIABLE]) if env.get(ENVIRONMENT_VARIABLE) else None)
    if asked is not None:
        asked = cwd / os.path.expanduser(asked)
        if not os.path.exists(asked):
            hint = "--config names it" if path else f"the environment variable {ENVIRONMENT_VARIABLE} names it"
            raise ConfigError("no such configuration file", subject=str(asked), hint=hint)
        return asked
    usual = (cwd / FILE_NAME, platformdirs.user_config_path("archiver", appauthor=False) / FILE_NAME)
    # os.path and not Path: a folder that may not be entered holds no file for us, and is no error
    return next((candidate for candidate in usual if os.path.isfile(candidate)), None)


def load_settings(
    path: Path | None = None, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Settings:
    """The settings in force, from one configuration file or, without any, the defaults.

    `path` is the file that the user named, `env` the environment (default: the process's), `cwd` the folder in which
    `config.toml` is looked for and to which relative names refer (default: the process's).

    Raises `ConfigError` for a file that is missing although named, cannot be read, is no TOML, or has a key or value
    that is not known.
    """
    source = settings_source(path, env=env, cwd=cwd)
    return read_settings(_read_toml(source), source=str(source)) if source else Settings()


def _read_toml(source: Path) -> dict[str, Any]:
    try:
        with source.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", subject=str(source)) from None
    if len(data) > MAX_FILE_BYTES:
        raise ConfigError("too long for a configuration file", subject=str(source), hint="is it the right file?")
    try:
        # utf-8-sig: editors on Windows put a byte order mark first, TOML parsers refuse it
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"not UTF-8 (at line {line})", subject=str(source), hint="TOML is UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not valid TOML: {error}", subject=str(source)) from None
    except ValueError:  # Python reads no number of more than 4,300 digits
        raise ConfigError("a number in it is too long", subject=str(source)) from None
    except RecursionError:
        raise ConfigError("not valid TOML: nested too deeply", subject=str(source)) from None


def read_settings(table: Mapping[str, Any], *, source: str = FILE_NAME) -> Settings:
    """Settings from a parsed TOML document; `source` is the file's name for messages.

    Raises `ConfigError` for a key or a value that is not known.
    """
    known = {setting.key: setting for setting in all_settings()}
    kinds = sections()
    values: dict[str, dict[str, Any]] = {}
    for section, content in table.items():
        if section not in kinds:
            raise _unknown(section, known, source)
        if not isinstance(content, dict):
            raise _wrong(section, content, f"a section, [{section}]", source)
        values[section] = {}
        for name, value in content.items():
            setting = known.get(f"{section}.{name}")
            if setting is None:
                raise _unknown(f"{section}.{name}", known, source)
            values[section][name] = _value(setting, value, source)
    parts: dict[str, Any] = {section: kinds[section](**content) for section, content in values.items()}
    return Settings(**parts)


def _value(setting: Setting, value: object, source: str) -> Any:
    try:
        converted = msgspec.convert(setting.read(value) if setting.read else value, setting.type)
    except ValueError as error:
        raise _wrong(setting.key, value, _wanted(error), source) from None
    if setting.is_table:
        return {**setting.default, **converted}
    return converted


def _wanted(error: ValueError) -> str:
    """What is wanted, out of our own errors and msgspec's (``Expected `int` >= 1 - at `$[...]` ``)."""
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return text
    text = text.partition(" - at `")[0].partition(", got ")[0].removeprefix("Expected ").replace("`", "")
    names = {"int": "a whole number", "float": "a number", "str": "text", "bool": "true or false", "object": "a table"}
    first, space, rest = text.partition(" ")
    return names.get(first, first) + space + rest


def _wrong(key: str, found: object, wanted: str, source: str) -> ConfigError:
    try:
        shown = textwrap.shorten(repr(found), 60, placeholder=" …")
    except ValueError:  # Python writes no number of more than 4,300 digits
        shown = "a number without end"
    return ConfigError(f"{key} is {shown}; wanted: {wanted}", subject=source)


def _unknown(key: str, known: Mapping[str, Setting], source: str) -> ConfigError:
    choices = [*known] if "." in key else [*known, *sections()]
    name = key.rpartition(".")[2]
    shown = ".".join(part if BARE_KEY.fullmatch(part) else repr(part) for part in key.split(".", 1))

    def likeness(choice: str) -> float:
        # a known name in the wrong section is likelier than another name in the right one
        return max(fuzz.ratio(key, choice), fuzz.ratio(name, choice.rpartition(".")[2]))

    nearest = max(choices, key=likeness)
    if likeness(nearest) >= NEAR:
        hint = f"did you mean {nearest}?"
    else:
        inside = [setting.name for setting in known.values() if setting.section == key.partition(".")[0]]
        hint = "known: " + ", ".join(inside or sections())
    return ConfigError(f"unknown setting {shown}", subject=source, hint=hint)
