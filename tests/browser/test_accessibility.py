"""Every page, light and dark, narrow and wide: no fault that axe knows, and nothing runs off the side."""

from __future__ import annotations

import pytest

from tests.browser.newsroom import make_newsroom

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (390, 1280)]
PAGES = (
    "/desk/", "/desk/feeds/", "/desk/feeds/1/", "/desk/stories/", "/desk/stories/{story.pk}/", "/desk/episodes/",
    "/desk/episodes/{written.pk}/", "/desk/episodes/{written.pk}/script/",
    "/desk/episodes/{written.pk}/script/?only=red", "/desk/episodes/{signed.pk}/script/",
    "/desk/episodes/{voiced.pk}/script/", "/desk/restrictions/", "/desk/turns/{turn}/edit/",
    "/desk/episodes/{voiced.pk}/listen/", "/desk/shows/", "/desk/shows/new/", "/desk/shows/{show.slug}/edit/",
    "/desk/system/", "/shows/", "/shows/{show.slug}/", "/shows/{show.slug}/{published.edition_date}/",
    "/nothing/here/", "/login/?next=/",
)  # fmt: skip


@pytest.fixture
def rows(page, media):
    found = make_newsroom(media)
    return found | {"turn": found["written"].script.turns.get(order=3).pk}


def test_every_page_is_free_of_faults(page, rows):
    axe, faults = axe_playwright.Axe(), []
    for template in PAGES:
        address = template.replace("/feeds/1/", f"/feeds/{rows['show'].feeds.first().pk}/").format(**rows)
        if address.startswith("/login"):
            page.context.clear_cookies()
        page.goto(address)
        for details in page.locator("details").all():
            details.evaluate("element => { element.open = true }")
        for scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
            faults += [f"{address} {scheme} {width}: {v['id']} {v['nodes'][0]['html'][:120]}" for v in found]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults.append(f"{address} {scheme} {width}: runs off the side")
    assert faults == []
    page.expected = ["404"]  # one of the pages is that of a wrong address


def test_what_can_be_pressed_is_large_enough(page, rows):
    page.set_viewport_size({"width": 390, "height": 900})
    small = []
    for template in PAGES[:-2]:
        page.goto(template.replace("/feeds/1/", f"/feeds/{rows['show'].feeds.first().pk}/").format(**rows))
        small += page.evaluate(SMALL_TARGETS)
    assert small == []


# Buttons and fields under 24 by 24 pixels; a link within a sentence may be as high as its line.
SMALL_TARGETS = """() =>
  [...document.querySelectorAll("button, .button, select, summary, nav a, input:not([type=hidden])")]
  .filter(element => element.getClientRects().length)
  .filter(element => {
    const target = element.type === "checkbox" ? element.closest("label") : element;
    const box = target.getBoundingClientRect();
    return box.width < 24 || box.height < 24;
  }).map(element => element.outerHTML.slice(0, 100))"""
