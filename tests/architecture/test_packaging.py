"""Image, locks and compose file fit the code: noticed here, and not while deploying."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from contracts.topics import SERVICES
from deploy.cli import app

ROOT = Path(__file__).parents[2]
GIVEN = {"RETOUR_DIGEST_KEY": "ab" * 32}
"""What whoever starts the containers must bring along."""

EVERY_SERVICE = pytest.mark.parametrize("service", SERVICES)


def filled(text: str) -> str:
    """The compose file as compose would read it. KeyError for a variable nobody is told about."""
    return re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: GIVEN[found[1]], text)


COMPOSE: dict[str, Any] = yaml.safe_load(filled((ROOT / "docker-compose.yml").read_text()))
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in CONTAINERS.items() if one["image"] == "retour:dev"}
DOCKERFILE = re.sub(r" *\\\n *", " ", (ROOT / "deploy/Dockerfile").read_text())
"""With every instruction on a line of its own."""


def instructions(kind: str) -> list[str]:
    """What the Dockerfile says in instructions of one kind, in order."""
    return re.findall(rf"^{kind} (.+)$", DOCKERFILE, re.MULTILINE)


def hosts(text: str) -> set[str]:
    """The hosts of every `host:port` in a setting."""
    return set(re.findall(r"([a-z][a-z0-9-]*):\d+", text))


def pinned(lock: str) -> dict[str, str]:
    """Name and version of everything in a lock file."""
    text = (ROOT / lock).read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE))


def wanted(*extras: str) -> set[str]:
    """Every package that the project, or one of these extras, names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = list(project["dependencies"])
    for extra in extras:
        named += project["optional-dependencies"][extra]
    return {re.match(r"[\w.-]+", each)[0].lower() for each in named}


@EVERY_SERVICE
def test_every_service_runs_in_a_container_of_its_own(service: str):
    """A service nobody starts is found out by its customers."""
    assert OURS[service]["command"] == ["python", "-m", f"services.{service}"]


@EVERY_SERVICE
def test_a_service_understands_what_compose_tells_it(service: str):
    """Settings refuse names they do not know: a misspelt one is a container that never starts."""
    settings = importlib.import_module(f"services.{service}.settings").Settings

    told = settings.load(OURS[service]["environment"])

    assert told.http_host == "0.0.0.0"  # noqa: S104  # a container's own network
    assert hosts(told.kafka) <= CONTAINERS.keys()


@EVERY_SERVICE
def test_every_host_a_service_is_sent_to_is_a_container(service: str):
    """A name that resolves to nothing looks like an outage."""
    told = OURS[service]["environment"]
    named = {host for value in told.values() for host in hosts(value)}
    named |= {told["RETOUR_SMTP_HOST"]} if "RETOUR_SMTP_HOST" in told else set()

    assert {"kafka", "mongo", "collector"} <= named <= CONTAINERS.keys()


def test_the_secret_is_not_in_the_file():
    """A default key would be everybody's key."""
    text = (ROOT / "docker-compose.yml").read_text()

    assert re.findall(r"\$\{(\w+):\?", text) == [*GIVEN]
    assert text.count("${") == len(GIVEN)
    assert OURS["lookup"]["environment"]["RETOUR_DIGEST_KEY"] == GIVEN["RETOUR_DIGEST_KEY"]


@EVERY_SERVICE
def test_a_service_waits_for_its_topics_and_its_database(service: str):
    """Services create no topics: one that starts too early has nothing to listen to."""
    awaited = OURS[service]["depends_on"]

    assert awaited["topics"]["condition"] == "service_completed_successfully"
    assert awaited["mongo"]["condition"] == "service_healthy"


@pytest.mark.parametrize("name", OURS)
def test_ours_run_as_nobody_with_nothing(name: str):
    """A hole in a PDF library must not become a hole in the machine."""
    one = OURS[name]

    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in one
    assert "user" not in one  # the image's own, which is nobody
    assert one["tmpfs"] == ["/tmp"]


@pytest.mark.parametrize("name", CONTAINERS)
def test_images_are_pinned_and_doors_are_on_loopback(name: str):
    """What ran yesterday runs tomorrow, and the neighbours on the network see none of it."""
    one = CONTAINERS[name]

    assert re.search(r":v?\d+\.\d+\.\d+$|^retour:dev$", one["image"])
    assert [port for port in one.get("ports", ()) if not port.startswith("127.0.0.1:")] == []
    mounted = [v.split(":")[0] for v in one.get("volumes", ())]
    assert [v for v in mounted if not (v in COMPOSE["volumes"] or (ROOT / v).is_file())] == []


def test_no_two_doors_are_the_same():
    """The second container would not start."""
    doors = [port.rsplit(":", 1)[0] for one in CONTAINERS.values() for port in one.get("ports", ())]

    assert len(doors) == len(set(doors))


def test_kafka_is_the_one_we_test_with():
    """Two versions would be two systems."""
    tested = re.search(
        r"<kafka.version>(.+)</kafka.version>", (ROOT / "deploy/local/pom.xml").read_text()
    )

    assert CONTAINERS["kafka"]["image"] == f"apache/kafka:{tested[1]}"


def test_the_topics_job_says_what_the_command_understands():
    """Its failure would stop all five services from starting."""
    program, name, *words = OURS["topics"]["command"]
    command = typer.main.get_command(app).commands[name]
    options = {option for parameter in command.params for option in parameter.opts}

    assert program == "retour"
    assert {word for word in words if word.startswith("--")} <= options


def test_the_carrier_is_told_what_it_understands():
    """An unknown option ends it with a usage line, and every label waits."""
    python, *module = OURS["carrier"]["command"][:3]
    said = subprocess.run(
        [sys.executable, *module, "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    words = [word for word in OURS["carrier"]["command"] if word.startswith("--")]

    assert python == "python"
    assert [word for word in words if f"{word} " not in said] == []


def test_the_collector_hands_on_to_a_container():
    """Every part of a pipeline is defined, and the spans go somewhere that exists."""
    config = yaml.safe_load((ROOT / "deploy/otel/collector.yaml").read_text())

    for pipeline in config["service"]["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            assert set(pipeline[kind]) <= config[kind].keys()
    exporters = json.dumps(config["exporters"])
    assert hosts(exporters.replace("http://", "")) <= CONTAINERS.keys()
    assert config["receivers"]["otlp"]["protocols"]["http"]["endpoint"].endswith(":4318")


def test_the_image_installs_what_was_locked_and_nothing_else():
    """Anything installed without a hash is whatever the index says that day."""
    installs = [
        step
        for run in instructions("RUN")
        for step in run.split("&&")
        if re.search(r"\bpip\b.* install\b", step)
    ]

    assert len(installs) == 3
    for step in installs:
        by_hash = "--require-hashes -r requirements" in step and "--only-binary :all:" in step
        assert by_hash or "--no-deps --no-index dist/" in step
    assert any("--no-build-isolation" in run for run in instructions("RUN"))


def test_the_image_runs_as_nobody_and_says_how_it_is():
    """Root in a container is root on the machine, one mistake later."""
    assert instructions("USER") == ["10001:10001"]
    (health,) = instructions("HEALTHCHECK")
    words = json.loads(health.partition("CMD ")[2])  # in words: no shell is needed
    assert words[:2] == ["python", "-c"]
    assert "/ready" in words[2]
    compile(words[2], "HEALTHCHECK", "exec")
    assert all(isinstance(json.loads(said), list) for said in instructions("CMD"))


def test_what_the_image_is_made_of_reaches_its_build():
    """What .dockerignore keeps back cannot be copied."""
    let_in = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = {
        name.removesuffix("/")
        for words in instructions("COPY")
        if not words.startswith("--")
        for name in words.split()[:-1]
    }

    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_the_locks_hold_what_the_project_names():
    """A dependency that was added and not locked would be missing in the image only."""
    image = pinned("requirements.lock")
    build = pinned("requirements-build.lock")
    whole = pinned("requirements-dev.lock")

    assert wanted(*SERVICES, "deploy") <= image.keys()
    assert "hatchling" in build
    assert not [name for name in image if name.startswith("fiftyone")]
    assert {n: v for n, v in (image | build).items() if whole[n] != v} == {}


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-build.lock", "requirements-dev.lock"]
)
def test_a_lock_names_no_address(lock: str):
    """Where packages come from is the installer's business."""
    text = (ROOT / lock).read_text()

    assert "://" not in text
    assert "--index-url" not in text
    assert text.count("==") <= text.count("--hash=sha256:")


def test_compose_itself_accepts_the_file():
    """Our reading of the format is one thing, the tool's is the one that counts."""
    tool = ["docker", "compose"]
    try:
        subprocess.run([*tool, "version"], capture_output=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("docker compose is not installed here")
    read = subprocess.run(
        [*tool, "-f", ROOT / "docker-compose.yml", "config", "--quiet"],
        env={**GIVEN, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert read.returncode == 0, read.stderr


def test_the_pipeline_runs_what_was_pinned_and_may_only_read():
    """A tag can be moved to other code; a commit cannot. And a build needs no right to write."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]

    assert workflow["permissions"] == {"contents": "read"}
    assert [job for job in workflow["jobs"].values() if "permissions" in job] == []
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one)] == []
    assert "pull_request_target" not in (ROOT / ".github/workflows/ci.yml").read_text()


def test_the_pipeline_insists_on_an_audit():
    """Whoever is offline may build; what lands was looked up."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    verbs = [step.get("run") for job in workflow["jobs"].values() for step in job["steps"]]

    assert "make audit ARGS=--required" in verbs
    assert "make audit" in (ROOT / ".ci/run").read_text()
