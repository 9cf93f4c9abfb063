"""The command line: one file a command; here only the group, and how an error ends the program."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from keyword import iskeyword
from types import FrameType
from typing import Any, NoReturn

import click

from archiver.errors import ArchiverError, ExitCode
from archiver.version import __version__

COMMANDS = (
    "find",
    "index",
    "resolve",
    "archive",
    "replay",
    "audit",
    "scan",
    "stats",
    "repair",
    "verify",
    "explain",
    "export",
    "import",
    "rebuild",
    "completion",
)
"""In the order of work, as `--help` shows them; each is `archiver.cli.NAME.command`, loaded when it is asked for.
The module of a name that is a keyword of Python has an underscore behind it (PEP 8)."""


FAULT = 70
"""Exit code of a fault in the program itself (EX_SOFTWARE of sysexits.h)."""

POST_THREADS = "post_"
"""How the names of the threads begin in which posts are archived."""


class Commands(click.Group):
    """Loads a command when it is asked for, and turns every foreseen error into one line and its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"archiver.cli.{module}").command
        return command

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        from archiver.cli.output import Output

        _heed_terminate()
        try:
            return super().main(args, *rest, **options)
        except ArchiverError as error:
            Output().error(error)
            sys.exit(int(error.exit_code))
        except BrokenPipeError:
            sys.exit(int(ExitCode.DONE))
        except Exception:
            if options.get("standalone_mode") is False:  # who calls it so wants to see everything
                raise
            # a fault of the program: Python's own exit code 1 would say "something to act on"
            traceback.print_exc()
            Output().note("this is a fault in archiver: please report it with the lines above")
            sys.exit(FAULT)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            # here, because click would turn it into its own exit code 1
            from archiver.cli.output import Output

            Output().note("stopped; what was stored is stored")
            _leave(ExitCode.INTERRUPTED)


ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Of a supervisor, of a container that stops; of a terminal whose window is closed."""


def _heed_terminate() -> None:
    """These signals end a run as Ctrl-C does: nothing half-written and nothing temporary is left.

    Python's own way would end it on the spot. A signal that is ignored from outside (`nohup`) stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _leave(code: ExitCode) -> NoReturn:
    """End now, also where a thread still waits for a server: the interpreter would wait for it."""
    if any(thread.name.startswith(POST_THREADS) for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):  # closed by the shell: there is none
                stream.flush()
        os._exit(int(code))
    sys.exit(int(code))


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
)
@click.version_option(__version__, prog_name="archiver")
def main() -> None:
    """Find the social posts that an article cites, keep evidence of them in WARC files, show that evidence again, and
    say which sources are missing by now.

    Exit codes: 0 done; 1 done, and there is something to act on; 2 wrong usage; 3 an input could not be read; 4 the
    network failed for all; 5 a limit or the disk stopped it; 130 interrupted. (70: a fault in archiver itself.)
    """


if __name__ == "__main__":
    main()
