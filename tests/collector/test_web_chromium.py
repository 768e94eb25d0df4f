"""Every page in a real browser, wide and narrow, light and dark: no console error, no sideways scrolling, live swaps."""

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

from collector.web.pages import add_pages
from collector.web.report import write_report
from evidence_engine.vocabulary.instants import HOUR
from tests.collector.sample_board import SampleBoard

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="chromium and chromedriver are not installed"
)

PATHS = (
    "/",
    "/?w=days",
    "/equipment",
    "/equipment/CNC-04",
    "/energy",
    "/evidence",
    "/assessment",
    "/assessment/M2-4.3b",
    "/assessment/views/equipment-life-cycle",
    "/assessment/peers?industry=medical",
    "/connections",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = Options()
    options.binary_location = CHROMIUM or ""
    profile = tmp_path_factory.mktemp("profile")
    for word in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service(DRIVER), options=options)
    yield driver
    driver.quit()


class Served:
    """The sample board's pages on a free port, in a thread of their own."""

    def __init__(self, board: SampleBoard) -> None:
        app = FastAPI()
        add_pages(app, board)
        self.board = board
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.loop.run_until_complete(self.server.serve(sockets=[self._socket]))
        self.loop.close()

    def stop(self) -> None:
        """Ends the server and waits for it."""
        self.server.should_exit = True
        self.thread.join()
        self._socket.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    running = Served(SampleBoard())
    yield running
    running.stop()


def look(browser: webdriver.Chrome, url: str, width: int, theme: str) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    media = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.get(url)


def complaints(browser: webdriver.Chrome) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.mark.parametrize(("width", "theme", "lang"), [(1280, "light", "zh"), (390, "dark", "en")])
def test_pages_fit_and_are_quiet(
    browser: webdriver.Chrome, served: Served, width: int, theme: str, lang: str
) -> None:
    for path in PATHS:
        join = "&" if "?" in path else "?"
        look(browser, f"{served.url}{path}{join}lang={lang}", width, theme)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width, path
        assert complaints(browser) == [], path
        small = "return [...document.querySelectorAll('svg[role=img]')].filter(s => !s.getAttribute('aria-label')).length"
        assert browser.execute_script(small) == 0, path


def test_the_lane_draws_and_hatches(browser: webdriver.Chrome, served: Served) -> None:
    look(browser, f"{served.url}/?lang=en", 1280, "light")
    fill = "return getComputedStyle(document.querySelector('.st-unknown')).fill"
    assert "#hx" in browser.execute_script(fill)
    wide = "return document.querySelector('.fleet .lane-svg').getBoundingClientRect().width"
    assert browser.execute_script(wide) > 120


def test_live_updates_arrive(browser: webdriver.Chrome, served: Served) -> None:
    look(browser, f"{served.url}/?lang=en", 1280, "light")
    before = browser.execute_script("return document.querySelector('.live').dataset.at")
    served.board.now += HOUR
    served.loop.call_soon_threadsafe(served.board.touch)
    now = "return document.querySelector('.live').dataset.at"
    WebDriverWait(browser, 15).until(lambda b: b.execute_script(now) != before)
    assert complaints(browser) == []
    served.board.now -= HOUR


def test_the_report_opens_from_disk_and_switches_language(browser: webdriver.Chrome, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    write_report(SampleBoard(), target)
    for width in (1280, 390):
        look(browser, target.as_uri(), width, "light")
        assert complaints(browser) == []
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    shown = "return getComputedStyle(document.querySelector('.side-en')).display"
    assert browser.execute_script(shown) == "none"
    browser.execute_script("document.querySelector('label[for=lang-en]').click()")
    assert browser.execute_script(shown) == "grid"
