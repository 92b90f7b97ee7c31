"""What this machine must have before anything is started; each lack has its way out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.faults import CannotStart
from deploy.local.processes import free_port, is_free

OLDEST_JAVA = 17  # what Apache Kafka 4 brokers need
JAVA_WAY_OUT = "install a JRE (Debian: apt install openjdk-17-jre-headless) and run again"


def linux() -> None:
    """This is Linux; elsewhere nothing would end the children of a killed stack."""
    if sys.platform != "linux":
        raise CannotStart("linux-needed", "The local stack needs Linux: use docker compose up")


def java(environment: Mapping[str, str] = os.environ) -> Path:
    """The Java that runs the broker: of JAVA_HOME, else of the PATH; version 17 or newer."""
    found = program("java", environment, home="JAVA_HOME")
    if found is None:
        raise CannotStart("java-missing", f"Java 17 or newer is needed: {JAVA_WAY_OUT}")
    version = _java_version(found)
    if version < OLDEST_JAVA:
        raise CannotStart(
            "java-too-old",
            f"Java 17 or newer is needed, {found} is Java {version or 'of no known version'}:"
            f" {JAVA_WAY_OUT}, or let JAVA_HOME name a newer one",
        )
    return found


def maven(environment: Mapping[str, str] = os.environ) -> Path:
    """Maven, which brings the broker's jars. Needed once."""
    found = program("mvn", environment, home="MAVEN_HOME")
    if found is None:
        raise CannotStart(
            "maven-missing",
            "Maven is needed once, to bring Apache Kafka:"
            " install it (Debian: apt install maven) and run again",
        )
    return found


def port(variable: str, environment: Mapping[str, str] = os.environ) -> int:
    """The port this variable fixes, or any free one when it is not set."""
    wanted = environment.get(variable, "")
    if not wanted:
        return free_port()
    if not wanted.isascii() or not wanted.isdecimal() or not 0 < int(wanted) < 2**16:
        raise CannotStart(
            "port-invalid", f"{variable}={wanted} is no port: set 1 to 65535, or unset it"
        )
    if not is_free(int(wanted)):
        raise CannotStart(
            "port-taken",
            f"Port {wanted} is taken: stop what listens there,"
            f" or set {variable} to another port, or unset it for a free one",
        )
    return int(wanted)


def program(name: str, environment: Mapping[str, str], home: str | None = None) -> Path | None:
    """Where the program is: under the folder `home` names, else on the PATH; None if nowhere."""
    folder = environment.get(home, "") if home else ""
    path = str(Path(folder) / "bin") if folder else environment.get("PATH", "")
    found = shutil.which(name, path=path) if path else None
    return Path(found) if found else None


def _java_version(java_binary: Path) -> int:
    """The feature release, 8 for "1.8.0_402"; 0 if it does not say one."""
    try:
        answer = subprocess.run(
            [java_binary, "-XX:-UsePerfData", "-version"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    return int(match[1]) if match else 0
