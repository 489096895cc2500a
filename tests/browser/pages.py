"""Dagster's web interface as an operator uses it: what is pressed, and what is seen then."""

import re
from typing import Literal

from playwright.sync_api import Locator, Page, expect

RUN_SECONDS = 180
ZOOM_STEPS = 3
MARGIN = 20
"""From the lower edge of the window: nothing but background is drawn there."""
ENDED = re.compile("^(Success|Failure|Canceled)$")


class Interface:
    """The pages and the ways between them."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address
        page.goto(address)

    def graph(self) -> "Graph":
        self.page.get_by_role("navigation").get_by_role("link", name=re.compile("Lineage$")).click()
        return Graph(self.page)

    def asset(self, name: str) -> "Asset":
        self.page.goto(f"{self._address}/assets/{name}")
        return Asset(self.page)

    def launch(self, job: str) -> "Run":
        """Press Launch Run in the Launchpad of a job, with the configuration that stands there."""
        self.page.goto(f"{self._address}/locations/toko/jobs/{job}/playground")
        self.page.get_by_role("button", name="Launch Run").click()
        self.page.wait_for_url("**/runs/*")
        return Run(self.page)

    def stop_sensor(self, name: str) -> None:
        self.page.goto(f"{self._address}/locations/toko/sensors/{name}")
        switch = self.page.get_by_role("checkbox")
        expect(switch).to_be_checked()
        self.page.locator("label").filter(has=switch).click()
        expect(switch).not_to_be_checked()


class Graph:
    """Assets and what they are made from."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def expand_groups(self) -> None:
        self.page.get_by_role("button", name="settings", exact=True).last.click()
        self.page.get_by_role("menuitem", name="Expand all groups").click()

    def zoom_out(self) -> None:
        """From full size to the whole chain in the window."""
        for _ in range(ZOOM_STEPS):
            self.page.get_by_role("button", name="zoom_out").click()

    def hide_list(self) -> None:
        """Close the list of groups on the left of the drawing."""
        self.page.get_by_role("button", name="panel_show_right", exact=True).click()

    def draw_from_left_to_right(self) -> None:
        """Turn the drawing, and fit it into the window.

        From top to bottom, Dagster 1.13 leaves 40 units between the nodes of two groups, and the frames take 71: they
        overlap.
        """
        self.page.get_by_role("button", name="settings", exact=True).last.click()
        turn = self.page.get_by_role("menuitem", name="Change graph to horizontal orientation")
        turn.click()
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_role("menu")).to_be_hidden()
        size = self.page.viewport_size
        assert size is not None
        self.page.mouse.dblclick(size["width"] / 2, size["height"] - MARGIN)

    def node(self, asset: str) -> Locator:
        return self.page.locator("foreignObject").get_by_text(asset, exact=True)

    def materialize_all(self) -> "Run":
        self.page.get_by_role("button", name="Materialize all").click()
        launched = self.page.get_by_role("region", name="Notifications").get_by_role("link", name="View")
        launched.click()
        self.page.mouse.move(0, 0)  # a notice under the mouse stays
        expect(launched).to_be_hidden()
        return Run(self.page)


class Run:
    """One run: its steps on a time line, and what they said."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def expect_end(self, wanted: Literal["Success", "Failure"]) -> None:
        """Watch until it ended as wanted."""
        status = self.page.get_by_text(ENDED)
        expect(status).to_be_visible(timeout=RUN_SECONDS * 1000)
        expect(status).to_have_text(wanted)

    def hide_events(self) -> None:
        """Leave only what the assets say."""
        self.page.get_by_role("button", name="Levels").click()
        events = self.page.get_by_role("menuitem", name="event")
        events.click()
        self.page.keyboard.press("Escape")
        expect(events).to_be_hidden()


class Asset:
    """One asset: what it is, its checks, its lineage."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, tab: Literal["Overview", "Checks", "Lineage"]) -> None:
        self.page.get_by_role("tab", name=tab, exact=True).first.click()

    def check(self, name: str) -> None:
        """Open one of the checks."""
        self.open("Checks")
        self.page.get_by_text(name, exact=True).first.click()

    def metadata(self, key: str) -> Locator:
        """The value beside a key in the table of the newest materialisation."""
        row = self.page.get_by_role("row").filter(has=self.page.get_by_text(key, exact=True))
        return row.get_by_role("cell").last

    def lineage(self) -> Graph:
        """All that it is made from, fitted into the window."""
        self.open("Lineage")
        self.page.get_by_role("button", name="Upstream").click()
        everything = self.page.get_by_role("button", name="All", exact=True)
        everything.click()
        expect(everything).to_be_disabled()
        self.page.reload()
        return Graph(self.page)
