"""`sqlft app`: what is wrong is said at the command line; what is served is for this machine."""

import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from analyst.settings import from_text
from sqlft.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        main(["app", *arguments])
    return ended.value.code, capsys.readouterr().err


def test_a_database_that_is_not_there_and_a_port_that_is_taken_are_one_line_and_a_hint(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, "nosuch")
    assert code == 1 and "no bundled database and no file is called 'nosuch'" in said
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, said = run(capsys, "retail", "--port", str(taken.getsockname()[1]))
    assert code == 1 and "is taken by another program" in said and "--port" in said
    code, said = run(capsys, "retail", "--timeout", "0")
    assert code == 2 and "timeout_s" in said


def test_options_reach_the_app_whole() -> None:
    found = from_text('{"database": "shop.duckdb", "limits": {"max_rows": 7}}')
    assert (found.database, found.limits.max_rows, found.model.model) == (
        "shop.duckdb",
        7,
        "smollm2-135m",
    )


def upgraded(port: int, host: str) -> int:
    """What the app answers to a browser that came by that name and asks for its stream."""
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    headers = {
        "Host": f"{host}:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "c3FsZnQgYW5zd2VycyEhIQ==",
    }
    connection.request("GET", "/_stcore/stream", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_it_listens_on_this_machine_only_and_has_its_own_options_wherever_it_starts(
    app_home: Path, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sqlft", "app", "retail", "--port", str(port)]
    server = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "SQLFT_HOME": str(app_home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 180
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2):
                    break
            except OSError:
                time.sleep(0.2)
        process = psutil.Process(server.pid)
        places = {c.laddr.ip for c in process.net_connections() if c.status == "LISTEN"}
        assert places and places <= {"127.0.0.1", "::1"}
        # A page elsewhere whose name was made to mean this machine: allowedHosts is ours.
        assert upgraded(port, "localhost") == 101 and upgraded(port, "evil.test") == 403
    finally:
        server.terminate()
        server.wait(60)
