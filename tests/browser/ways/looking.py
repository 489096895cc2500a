"""What is looked for on every page: barriers that axe finds, and controls that nobody can see, reach or press."""

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page

CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
SHOWN = f"""[...document.querySelectorAll("{CONTROLS}")].filter((each) =>
  each.checkVisibility({{ visibilityProperty: true, contentVisibilityAuto: true }}) && each.getClientRects().length)"""
"""Those that can be seen now, or with the focus."""
NAME = """const nameOf = (each) => `${each.tagName} ${each.getAttribute("aria-label")
  || each.textContent.trim().slice(0, 40) || each.id || each.name}`;"""
COVERED = f"""() => {{
  {NAME}
  return {SHOWN}.filter((each) => each.getBoundingClientRect().left >= 0).flatMap((each) => {{
    if (each.closest("header")) scrollTo(0, 0); // its first row scrolls away
    else each.scrollIntoView({{ block: "center", behavior: "instant" }});
    const box = each.getClientRects()[0];
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    const there = document.elementFromPoint(x, y);
    const isFree = there && (each.contains(there) || there.contains(each));
    return isFree ? [] : [`${{nameOf(each)}} is under ${{there && nameOf(there)}}`];
  }});
}}"""
FOCUS = f"""() => {{
  {NAME}
  const each = document.activeElement;
  if (!each || each === document.body) return null;
  const style = getComputedStyle(each), box = each.getBoundingClientRect();
  const spots = [[.5, .5], [.1, .3], [.9, .7]].map(([x, y]) =>
    document.elementFromPoint(box.x + box.width * x, box.y + box.height * y));
  return {{
    place: {SHOWN}.indexOf(each),
    name: nameOf(each),
    is_marked: each.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    is_seen: spots.some((spot) => spot && (each.contains(spot) || spot.contains(each))),
  }};
}}"""


def barriers(page: Page) -> list[str]:
    """Return the serious and critical findings of axe on a page as it is now."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] }).then((results) => results.violations)")
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"][:2]
    ]


def covered(page: Page) -> list[str]:
    """Return the controls that something else covers when they are in the middle of the window."""
    found: list[str] = page.evaluate(COVERED)
    return found


def tab_through(page: Page) -> list[str]:
    """Press Tab from the beginning of a page to its end, and return what is wrong with the focus.

    Every control must get it, in the order of the page, be marked, and be seen.
    """
    page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    names = page.evaluate(f"() => {{ {NAME} return {SHOWN}.map(nameOf); }}")
    wrong, places = [], list[int]()
    for _ in range(2 * len(names) + 2):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None or (focus["place"] == 0 and places):
            break
        places.append(focus["place"])
        wrong += [] if focus["is_marked"] else [f"the focus is not marked: {focus['name']}"]
        wrong += [] if focus["is_seen"] else [f"the focus is hidden: {focus['name']}"]
    wrong += [f"not reached: {name}" for place, name in enumerate(names) if place not in places]
    return wrong if places == sorted(places) else [*wrong, f"another order: {[names[place] for place in places]}"]
