"""The style sheet and the script."""

import re

from tests.toko_web.serving import RunningWeb


def test_browsers_keep_a_file_forever_under_its_version_and_ask_for_it_without(web: RunningWeb) -> None:
    with web.client() as client:
        found = re.search(r'"(/static/\w+/toko\.css)"', client.get("/").text)
        assert found
        kept, asked = client.get(found[1]), client.get("/static/toko.css")
        old = client.get("/static/000000000000/toko.css")
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert asked.headers["Cache-Control"] == old.headers["Cache-Control"] == "public, no-cache"
        assert kept.text == asked.text == old.text
        assert kept.headers["Content-Type"] == "text/css; charset=utf-8"
        assert kept.headers["Content-Encoding"] == "gzip"
        again = client.get("/static/toko.css", headers={"If-None-Match": asked.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.head("/static/toko.js").headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_only_the_files_of_the_folder_are_served(web: RunningWeb) -> None:
    outside = ("", "../rendering.py", "%2e%2e/rendering.py", "..%2frendering.py", "a/b/toko.css", "/etc/passwd",
               "toko.css/", "../templates/base.html", "toko.css%00")  # fmt: skip
    with web.client() as client:
        assert {path: client.get(f"/static/{path}").status_code for path in outside} == dict.fromkeys(outside, 404)
