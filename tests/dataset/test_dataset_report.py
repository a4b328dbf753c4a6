"""The page about a dataset, opened and clicked through in a headless browser."""

import json
import re
import shutil

import pytest

from cityloop.dataset import Dataset
from cityloop.dataset.report import write_report
from cityloop.errors import DatasetError

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


@pytest.fixture(scope="module")
def page(recorded, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(Dataset(recorded), path, most_frames=3)
    return path


@pytest.fixture(scope="module")
def opened(page, tmp_path_factory):
    if BROWSER is None or DRIVER is None:
        pytest.skip("chromium and chromium-driver are not installed: run 'make browser'")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    profile = tmp_path_factory.mktemp("profile")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1200,1400",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        driver.get(page.as_uri())
        yield driver
    finally:
        driver.quit()


def wait(driver, script, value):
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 60).until(lambda d: d.execute_script(script) == value)


SHOWN = "return document.querySelector('.browser').dataset.shown"
PICTURE = "return document.querySelector('canvas').toDataURL()"


def frames_of(page):
    text = re.search(r'<script type="application/json">(.*?)</script>', page.read_text(), re.S)
    return json.loads(text.group(1))


def test_the_page_holds_what_the_dataset_says(page, recorded):
    (sequence,) = Dataset(recorded).sequences
    camera = next(iter(sequence.cameras))
    entries = frames_of(page)
    numbers = [entry["number"] for entry in entries]
    assert (numbers[0], numbers[-1]) == (0, sequence.frame_count - 1)
    for entry in entries:
        objects = sequence.frame(camera, entry["number"]).objects
        assert [o["id"] for o in entry["objects"]] == objects.id.tolist()
        for told, box, speed in zip(
            entry["objects"], objects.box_2d, objects.speed_mps, strict=True
        ):
            assert told["box"] == pytest.approx(box, abs=0.05)
            assert told["kmh"] == pytest.approx(3.6 * speed, abs=0.05)


def test_the_page_needs_nothing_else(page):
    text = page.read_text()
    assert not re.findall(r'(?:src|href)="(?!data:)', text)
    assert "http" not in re.sub(r"data:[^\"]*", "", text).replace("http://www.w3.org", "")


def test_layers_and_frames_can_be_chosen(opened, page):
    from selenium.webdriver.common.by import By

    wait(opened, SHOWN, "0:boxes,velocity")
    seen = {opened.execute_script(PICTURE)}
    chosen = {"boxes", "velocity"}
    for switch in opened.find_elements(By.CSS_SELECTOR, ".browser input[type=checkbox]"):
        name = switch.get_attribute("value")
        if name in chosen:
            continue
        switch.click()
        chosen.add(name)
        wait(opened, SHOWN, f"0:{','.join(sorted(chosen))}")
        if name != "keypoints":  # nobody may be in the picture
            assert opened.execute_script(PICTURE) not in seen, name
        seen.add(opened.execute_script(PICTURE))
    assert {"masks", "flow", "depth", "keypoints"} <= chosen
    legend = opened.find_element(By.CSS_SELECTOR, ".legend")
    assert legend.is_displayed()
    slider = "const s = document.querySelector('input[type=range]'); s.value = s.max;"
    opened.execute_script(slider + "s.dispatchEvent(new Event('input'));")
    last = frames_of(page)[-1]["number"]
    wait(opened, SHOWN, f"{last}:{','.join(sorted(chosen))}")
    assert f"frame {last}" in opened.find_element(By.CSS_SELECTOR, ".when").text


def test_pointing_at_an_object_tells_about_it(opened, page):
    from selenium.webdriver.common.by import By

    entry = frames_of(page)[-1]
    nearest = min(entry["objects"], key=lambda o: o["distance"])
    x, y = ((nearest["box"][i] + nearest["box"][i + 2]) / 2 for i in (0, 1))
    opened.execute_script(
        "const c = document.querySelector('canvas'), a = c.getBoundingClientRect();"
        "c.dispatchEvent(new MouseEvent('mousemove', {clientX: a.left + arguments[0] * a.width /"
        " c.width, clientY: a.top + arguments[1] * a.height / c.height}));",
        x,
        y,
    )
    told = opened.find_element(By.CSS_SELECTOR, ".told").text
    assert f"#{nearest['id']} {nearest['name']}" in told
    assert f"{nearest['kmh']} km/h" in told


def test_video_and_plots_are_there_and_nothing_went_wrong(opened, recorded):
    (sequence,) = Dataset(recorded).sequences
    seconds = sequence.frame_count * sequence.dt_s
    length = "return Math.round(100 * (document.querySelector('video').duration || 0))"
    wait(opened, length, round(100 * seconds))
    plots = opened.execute_script("return document.querySelectorAll('svg.plot rect').length")
    assert plots > 50
    titles = opened.execute_script(
        "return [...document.querySelectorAll('svg.plot text:first-child')].map(t => t.textContent)"
    )
    assert len(titles) == 7
    assert opened.get_log("browser") == []


def test_what_is_missing_is_told_and_no_page_is_left(copied, tmp_path):
    (sequence,) = Dataset(copied).sequences
    camera = next(iter(sequence.cameras))
    sequence.layout.rgb(camera, 0).unlink()
    with pytest.raises(DatasetError, match="is missing; record the sequence again"):
        write_report(Dataset(copied), tmp_path / "report.html")
    assert list(tmp_path.glob("report*")) == []
