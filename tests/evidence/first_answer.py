"""Seconds from Enter to the answer in the real app, in headless Chromium.

    python tests/evidence/first_answer.py [--other bank]

Starts `sqlft app retail` with the embedded model and the adapter that fits, opens it, waits until
the server rests (the schema is then read ahead), and asks two questions; then opens another
database and asks at once, before its schema is read, and once more. Run it with nothing else.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
from playwright.sync_api import Page, sync_playwright

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
QUESTIONS = ("How many stores are there?", "How many orders were placed in 2025?")
OTHERS = ("How many customers are there?", "How many rows are there?")


def processor_s(server: psutil.Process) -> float:
    """Seconds that the server and its children have computed."""
    found = [server, *server.children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in found if one.is_running())


def until_it_rests(server: psutil.Process) -> float:
    """Waits for two seconds without work; the seconds until they began."""
    began, still, before = time.monotonic(), 0, processor_s(server)
    while still < 4:
        time.sleep(0.5)
        now = processor_s(server)
        still = still + 1 if now - before < 0.04 else 0
        before = now
    return time.monotonic() - began - 2


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Your question", exact=True).wait_for()


def asked_s(page: Page, question: str) -> float:
    page.get_by_label("Your question", exact=True).fill(question)
    began = time.monotonic()
    page.keyboard.press("Enter")
    page.locator("h2.sq-question", has_text=question).wait_for()
    return time.monotonic() - began


def started(port: int) -> subprocess.Popen[bytes]:
    command = [shutil.which("sqlft") or "sqlft", "app", "retail", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2)
            return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    server.kill()
    raise SystemExit("the app did not start")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--other", default="bank", help="the database that is asked at once")
    other = parser.parse_args().other
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = started(port)
    address = f"http://localhost:{port}/"
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(FLAGS)
            )
            page = browser.new_page()
            page.set_default_timeout(120_000)
            opened(page, address)
            print(f"retail read ahead: {until_it_rests(psutil.Process(server.pid)):.1f} s")
            for question in QUESTIONS:
                print(f"retail, {question} {asked_s(page, question):.1f} s")
            opened(page, f"{address}?db={other}")
            for question in OTHERS:
                print(f"{other}, {question} {asked_s(page, question):.1f} s")
    finally:
        server.terminate()
        server.wait(30)
    return 0


if __name__ == "__main__":
    sys.exit(main())
