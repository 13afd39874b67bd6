"""The report in a real browser: a headless Chromium, where there is one."""

import base64
import json
import shutil

import pytest

from .report_data import make_comparison

pytestmark = pytest.mark.slow
NASTY = {"gru": "<script>alert(1)</script>", "airline": "air & <b>line</b>"}
PAGES = {
    "single": lambda: make_comparison(failed=("prophet",), rename=NASTY),
    "panel": lambda: make_comparison(n_series=12, failed=("prophet",)),
}
FIRST, SECOND, LAST = ":first-child", ":nth-child(2)", ":last-child"
OVERFLOW = """
    return [...document.querySelectorAll("body *")]
        .filter((e) => !e.parentElement.closest(".scroll, pre, svg"))
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
        .map((e) => e.outerHTML.slice(0, 80));
"""


@pytest.fixture(scope="module")
def browser():
    """Chromium without a window, from the system: nothing is downloaded."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("needs Chromium and chromedriver: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options, webdriver.ChromeService(executable_path=driver))
    yield browser
    browser.quit()


@pytest.fixture(scope="module", params=PAGES)
def address(request, tmp_path_factory):
    from skrnn.comparison.reporting import report_html

    path = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    path.write_text(report_html(PAGES[request.param]()), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser, address):
    """The page, freshly loaded 1400 pixels wide, with empty logs."""
    for log in ("browser", "performance"):
        browser.get_log(log)
    set_width(browser, 1400)
    browser.get(address)
    return browser


def set_width(browser, width):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def column(page, place):
    cells = f"table.sortable tbody tr > {place}"
    return [cell.text for cell in page.find_elements("css selector", cells)]


def heading(page, title):
    buttons = page.find_elements("css selector", "table.sortable th button")
    return next(button for button in buttons if button.text.startswith(title))


def sorting(page):
    """Which heading says that the table is sorted by it, and how."""
    [heading] = page.find_elements("css selector", "th[aria-sort]")
    return heading.text, heading.get_attribute("aria-sort")


def test_no_error_and_no_request(page, address):
    heading(page, "MASE").click()
    assert page.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    requests = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert [url for url in requests if not url.startswith("data:")] == [address]


def test_names_are_text(page):
    assert page.find_elements("css selector", "main script, main b") == []
    if "single" in page.current_url:
        assert column(page, FIRST)[0] == "<script>alert(1)</script>"
        assert page.title == "14 models on air & <b>line</b>"


@pytest.mark.parametrize("width", [320, 400, 700, 1400])
def test_fits_the_window(page, width):
    set_width(page, width)
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
    assert page.execute_script(OVERFLOW) == []


@pytest.mark.parametrize("width", [400, 1400])
def test_is_readable(page, width):
    """Every picture is drawn once, and its smallest letters are no smaller than 9 pixels."""
    set_width(page, width)
    shown = [svg for svg in page.find_elements("css selector", "figure svg") if svg.is_displayed()]
    assert len(shown) == 3
    heights = page.execute_script(
        "return arguments[0].flatMap((svg) => [...svg.querySelectorAll('text')])"
        ".map((text) => parseFloat(getComputedStyle(text).fontSize)"
        " * text.ownerSVGElement.getScreenCTM().a)",
        shown,
    )
    assert min(heights) >= 9


def test_sorts_by_click(page):
    errors = column(page, SECOND)
    assert sorting(page) == ("MASE", "ascending")
    heading(page, "MASE").click()
    assert sorting(page) == ("MASE", "descending")
    assert column(page, SECOND)[:-1] == errors[-2::-1]
    assert column(page, SECOND)[-1].startswith("failed: ValueError")
    heading(page, "Model").click()
    assert sorting(page) == ("Model", "ascending")
    names = column(page, FIRST)
    assert names[:-1] == sorted(names[:-1])


def test_sorts_by_numbers_and_leaves_missing_ones_last(page):
    counts = ["0", "0", "0", "17", "1,601", "3,969", "5,121"]
    missing = ["–"] * 6  # noqa: RUF001
    heading(page, "Parameters").click()
    assert column(page, LAST)[:-1] == counts + missing
    heading(page, "Parameters").click()
    assert column(page, LAST)[:-1] == counts[::-1] + missing
    assert column(page, LAST)[-1].startswith("failed: ValueError")


def test_sorts_by_keyboard(page):
    keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
    button = heading(page, "Model")
    page.execute_script("arguments[0].focus()", button)
    button.send_keys(keys.TAB)
    focused = page.switch_to.active_element
    assert focused.text == "MASE"
    focused.send_keys(keys.ENTER)
    assert sorting(page) == ("MASE", "descending")
    page.switch_to.active_element.send_keys(keys.SPACE)
    assert sorting(page) == ("MASE", "ascending")


def test_marks_tell_networks_from_other_models(page):
    looks = page.execute_script(
        "return [...document.querySelectorAll('tbody .mark')].map((mark) => "
        "[mark.title, getComputedStyle(mark, '::before').backgroundColor])"
    )
    assert len(looks) == 14
    assert {tuple(look) for look in looks} == {
        ("network", "rgb(213, 94, 0)"),
        ("classical", "rgb(77, 77, 77)"),
    }


def test_ids_differ_and_references_hold(page):
    ids = page.execute_script("return [...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
    used = page.execute_script(
        "return [...document.querySelectorAll('use')].map((e) => e.getAttribute('xlink:href'))"
    )
    assert {reference.removeprefix("#") for reference in used} <= set(ids)


def test_screenshot_is_not_blank(page, tmp_path):
    """And is kept where pytest keeps its temporary files, for a person to look at."""
    for width in (400, 1400):
        set_width(page, width)
        picture = page.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
        data = base64.b64decode(picture["data"])
        (tmp_path / f"{width}.png").write_bytes(data)
        assert len(data) > 20_000
