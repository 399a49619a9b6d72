"""Set up the lab and start it with one command.

    python3 run.py

Needs Python 3.11 or newer and nothing else. Makes the folder .venv beside this file, installs what the lab needs into
it, and hands over to the lab's own command:

    python3 run.py                          start the lab
    python3 run.py start --port 9000        start it with options
    python3 run.py check                    see whether this machine is ready for a workshop
    python3 run.py test [--fast] [...]      install the test tools too and run all tests

This file keeps to an old form of the language, so that an old Python can still read it and say that it is too old.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

WINDOWS = os.name == "nt"
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "qspo-lab.json"
PYTHON = VENV / "Scripts" / "python.exe" if WINDOWS else VENV / "bin" / "python"
OLDEST = (3, 11)
NEEDED_MB = {"requirements.txt": 1200, "requirements-test.txt": 2000}

# What pip says when something outside of it is wrong, and what that means for a person.
CAUSES = (
    (r"No space left on device|not enough space|Errno 28", "The disk is full: make room and start again."),
    (
        r"Temporary failure in name resolution|Failed to establish a new connection|getaddrinfo failed|Name or service"
        r"|NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Read timed out|ProxyError|Network is unreachable"
        r"|SSLError|Connection (refused|reset|aborted)|RemoteDisconnected",
        "The packages cannot be fetched: check the network connection and start again.",
    ),
    (
        r"Permission denied|Access is denied|Errno 13|WinError 5",
        "A file in %s cannot be written: close programs that "
        "use it, or copy the project to a folder of your own, and start again." % VENV,
    ),
    (r"HASHES? (DO NOT|FROM|REQUIRED)|do not match the hashes", "A package arrived damaged or changed: start again."),
)


class Stop(Exception):
    """Something that a person can mend, in one sentence."""


def main(words):
    """Set up what is missing, then hand over to the command of the lab."""
    command = words[0] if words else "start"
    requirements = "requirements-test.txt" if command == "test" else "requirements.txt"
    try:
        check_python()
        install(requirements)
    except Stop as stop:
        say(str(stop))
        return 1
    except KeyboardInterrupt:
        say("Stopped. Start again to go on.")
        return 1
    except OSError as error:
        say(explain_error(error))
        return 1
    return hand_over(words or ["start"])


def say(text):
    """Print a line at once."""
    print(text)
    sys.stdout.flush()


def explain_error(error):
    """Turn an error of the operating system into one sentence."""
    for pattern, sentence in CAUSES:
        if re.search(pattern, "%s [Errno %s]" % (error, error.errno)):
            return sentence
    return "The lab cannot be set up in %s (%s)." % (ROOT, error.strerror or error)


# ---------------------------------------------------------------- what this machine has


def check_python():
    """See that this Python is new enough and can make an environment."""
    if sys.version_info[:2] < OLDEST:
        found = "%d.%d" % sys.version_info[:2]
        raise Stop("The lab needs Python 3.11 or newer and this is %s: install a newer one and start again." % found)


def check_machine(requirements):
    """See that an environment can be made here at all, before anything is touched."""
    from importlib.util import find_spec

    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise Stop(
            "This Python lacks its venv module: install it (on Debian and Ubuntu: python3-venv) and start again."
        )
    if not os.access(str(ROOT), os.R_OK | os.W_OK | os.X_OK):
        raise Stop("The folder %s cannot be written: copy the project to a folder of your own and start again." % ROOT)
    free = shutil.disk_usage(str(ROOT)).free // 1000000
    if free < NEEDED_MB[requirements]:
        raise Stop(
            "The disk has %d MB free and the lab needs %d: make room and start again." % (free, NEEDED_MB[requirements])
        )


# ---------------------------------------------------------------- what is installed


def fingerprint():
    """Return what an installation depends on; if it differs, the installation is out of date."""
    digest = hashlib.sha256()
    paths = [ROOT / "requirements.txt", ROOT / "requirements-test.txt", ROOT / "pyproject.toml"]
    paths += sorted(path for path in (ROOT / "qspo_lab" / "jupyter" / "labextension").rglob("*") if path.is_file())
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def read_stamp():
    """Return what the last finished installation wrote down; empty if there is none."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp):
    """Write down that an installation is finished."""
    draft = STAMP.with_suffix(".new")
    draft.write_text(json.dumps(stamp), encoding="utf-8")
    draft.replace(STAMP)


def works():
    """Say whether the environment's Python runs and is new enough."""
    code = "import sys, pip; sys.exit(sys.version_info[:2] < %r)" % (OLDEST,)
    try:
        return subprocess.call([str(PYTHON), "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def install(requirements):
    """Bring the environment up to date; do nothing if it is.

    An installation that was cut off leaves no stamp: the environment is then made again from nothing.
    """
    stamp = read_stamp()
    if stamp.get("requirements") == "requirements-test.txt":
        requirements = "requirements-test.txt"
    wanted = {"place": str(ROOT), "fingerprint": fingerprint(), "requirements": requirements}
    if stamp == wanted and PYTHON.exists():
        return
    check_machine(requirements)
    began = time.time()
    if STAMP.exists():
        STAMP.unlink()
    if stamp.get("place") != str(ROOT) or not works():
        make_environment()
    names = package_names(requirements)
    pip(["--require-hashes", "-r", str(ROOT / requirements)], len(names))
    pip(["--no-deps", "--no-index", "--no-build-isolation", "-e", str(ROOT)], 0)
    write_stamp(wanted)
    say("Ready after %d seconds. From now on the lab starts without this." % (time.time() - began))


def make_environment():
    """Make .venv from nothing."""
    if VENV.is_symlink() or VENV.exists():
        say("The folder .venv is incomplete, was moved or was not made by this program: it is made again.")
        if VENV.is_dir() and not VENV.is_symlink():
            shutil.rmtree(str(VENV))
        else:
            VENV.unlink()
    say("Setting up the lab, once. This takes a minute or two.")
    base = getattr(sys, "_base_executable", None) or sys.executable
    made = subprocess.run(
        [base, "-m", "venv", str(VENV)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if made.returncode:
        raise Stop(cause(made.stdout.decode("utf-8", "replace")))


def package_names(requirements):
    """Return the names in a requirements file."""
    return re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / requirements).read_text(encoding="utf-8"), re.MULTILINE)


def cause(output):
    """Return one sentence for what an installation printed before it failed."""
    for pattern, sentence in CAUSES:
        if re.search(pattern, output):
            return sentence
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return "The installation did not finish (%s): start again." % (errors or lines or ["no reason given"])[-1]


def pip(arguments, total):
    """Run pip and show how far it is; its own words appear only as a cause if it fails."""
    quiet = ["--no-input", "--disable-pip-version-check", "--progress-bar=off", "--retries=2"]
    command = [str(PYTHON), "-m", "pip", "install", *quiet, *arguments]
    environment = dict(os.environ, PYTHONUNBUFFERED="1", PIP_NO_COLOR="1")
    lines = []
    progress = Progress()
    before = count_installed()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=str(ROOT), env=environment
    ) as process:
        reader = threading.Thread(target=lambda: lines.extend(iter(process.stdout.readline, b"")))
        reader.start()
        try:
            while process.poll() is None:
                if total:
                    progress.show(how_far(lines, count_installed() - before, total))
                time.sleep(0.25)
        finally:
            if process.poll() is None:
                process.terminate()
            reader.join()
            progress.end()
    if process.returncode:
        raise Stop(cause(b"".join(lines).decode("utf-8", "replace")))


def count_installed():
    """Return how many packages the environment holds."""
    pattern = "Lib/site-packages/*.dist-info" if WINDOWS else "lib/python*/site-packages/*.dist-info"
    return len(list(VENV.glob(pattern)))


def how_far(lines, installed, total):
    """Return in a few words what pip is doing, from what it has printed so far."""
    if any(line.startswith(b"Installing collected") for line in lines):
        return "Installing packages: %d of %d" % (min(max(installed, 0), total), total)
    fetched = len([line for line in lines if line.startswith((b"Collecting ", b"Requirement already"))])
    return "Fetching packages: %d of %d" % (min(fetched, total), total)


class Progress:
    """One line that changes in a terminal, and a line now and then elsewhere."""

    def __init__(self):
        self.began = time.time()
        self.terminal = sys.stdout.isatty()
        self.last = ""
        self.due = 0.0

    def show(self, text):
        """Show how far it is; the seconds show that it goes on."""
        now = time.time()
        if self.terminal:
            sys.stdout.write("\r%-46s %4d s" % (text, now - self.began))
            sys.stdout.flush()
        elif text != self.last and now >= self.due:
            say(text)
            self.due = now + 5
        self.last = text

    def end(self):
        """Leave the last state on the screen and go to a new line."""
        if self.last and self.terminal:
            say("")


# ---------------------------------------------------------------- the lab itself


def hand_over(words):
    """Run the lab's command with the environment's Python and return its exit code."""
    command = [str(PYTHON), "-P", "-m", "qspo_lab.cli", *words]
    if not WINDOWS:
        os.execv(command[0], command)
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
