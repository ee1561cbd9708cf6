"""The app under test: in this process, and served to a headless browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError, sync_playwright
from streamlit.testing.v1 import AppTest

import sqlft
from sqlft.schema import build_bundled

HERE = Path(__file__).parent
MAIN = HERE / "fixed_main.py"
APP = HERE.parents[1] / "app"
WAIT_MS = 180_000
"""For one step of a page, which takes well under a second unless ten others want the machine."""
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def app_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLFT_HOME with the retail database, for the whole of these tests."""
    home = tmp_path_factory.mktemp("app") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SQLFT_HOME", str(home))
        build_bundled("retail")
    return home


@pytest.fixture
def home(app_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A SQLFT_HOME of this test's own, with the retail database."""
    own = tmp_path / "home"
    (own / "databases").mkdir(parents=True)
    shutil.copyfile(app_home / "databases/retail.duckdb", own / "databases/retail.duckdb")
    monkeypatch.setenv("SQLFT_HOME", str(own))
    monkeypatch.delenv("SQLFT_APP", raising=False)
    return own


class Session:
    """One session of the app, in this process."""

    def __init__(self) -> None:
        self.app = AppTest.from_file(MAIN, default_timeout=180).run()

    def press(self, label: str) -> Session:
        next(button for button in self.app.button if button.label == label).click().run()
        return self

    def begin(self, question: str) -> Session:
        """Asks, and does not wait."""
        self.app.text_input(key="question").set_value(question)
        return self.press("Ask")

    def finish(self, key: str = "job") -> Session:
        """Waits until what runs is done, and shows what came of it."""
        if key in self.app.session_state:
            assert self.app.session_state[key].wait(180)
            self.app.run()
        return self

    def ask(self, question: str) -> Session:
        return self.begin(question).finish()

    def turn_to(self, page: str) -> Session:
        self.app.switch_page(str(APP / "views" / f"{page}.py")).run()
        return self

    @property
    def text(self) -> str:
        """Every text on the page."""
        app = self.app
        assert not app.exception
        kinds: list[Any] = [
            app.title, app.header, app.markdown, app.caption, app.info, app.warning, app.error,
            app.success, app.code,
        ]  # fmt: skip
        texts = [str(element.value) for kind in kinds for element in kind]
        return "\n".join([*texts, *(element.proto.body for element in app.get("html"))])


@pytest.fixture
def session(home: Path) -> Callable[[], Session]:
    """Makes new sessions of the app in this process."""
    return Session


@pytest.fixture(scope="module")
def address(app_home: Path) -> Iterator[str]:
    """Where the app is served, with fixed answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(MAIN), "--server.port", str(port)]
    paths = os.pathsep.join(map(str, (APP, Path(sqlft.__file__).parents[1])))
    environment = {**os.environ, "SQLFT_HOME": str(app_home), "PYTHONPATH": paths}
    environment.pop("SQLFT_APP", None)
    server = subprocess.Popen(
        command, cwd=APP, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://localhost:{port}"
    try:
        _await(f"{url}/_stcore/health", server)
        yield url
    finally:
        server.terminate()
        server.wait(60)


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        assert server.poll() is None, "the app ended as it began"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the app did not answer within three minutes")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Its absence fails these tests: what is not run must not look passed.

    It ends with the module: its driver keeps an event loop running in this thread, in which no
    other test could run one of its own.
    """
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("NOT RUN: no Chromium on this machine; `apt-get install chromium`")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


class Visitor:
    """One person at the app, with a browser window of their own."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.page: Page = context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.requested: list[str] = []
        self.page.on("request", lambda request: self.requested.append(request.url))

    def open(self, path: str = "") -> Visitor:
        self.page.goto(self.address + path)
        return self.settled()

    def settled(self) -> Visitor:
        """Waits until the app has drawn the page."""
        ready = (
            "() => {const app = document.querySelector('[data-testid=stApp]');"
            "return app && app.getAttribute('data-test-script-state') !== 'running'"
            " && document.querySelector('h1') !== null"
            " && !document.querySelector('[data-testid=stSkeleton]')}"
        )
        self.page.wait_for_timeout(250)
        self.page.wait_for_function(ready)
        self.page.wait_for_timeout(250)
        return self

    def ask(self, question: str) -> Visitor:
        self.page.get_by_label("Your question", exact=True).fill(question)
        self.page.keyboard.press("Enter")
        try:
            self.page.locator("h2.sq-question", has_text=question).wait_for()
        except TimeoutError as error:
            raise AssertionError(f"no answer; the page says: {self.text}") from error
        return self.settled()

    def press(self, name: str, *, exact: bool = False) -> Visitor:
        self.page.get_by_role("button", name=name, exact=exact).last.click()
        return self.settled()

    def turn_to(self, name: str) -> Visitor:
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
        self.page.locator("h1", has_text=name).wait_for()
        return self.settled()

    @property
    def text(self) -> str:
        return self.page.locator('[data-testid="stMain"]').inner_text()


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors; each has its own session."""
    contexts: list[BrowserContext] = []

    def made(scheme: str = "light") -> Visitor:
        context = browser.new_context(
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": 1280, "height": 1000},
        )
        contexts.append(context)
        return Visitor(context, address)

    yield made
    for context in contexts:
        context.close()
