"""Makes deploy/compose.yml of docker-compose.yml: `python deploy/make_compose.py`. A test fails if they differ.

It runs published images and needs no checkout. So the images get a registry and a version, nothing is built, and the
Caddyfile travels inside.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAD = """\
# The whole platform on one server, from published images: this file and .env in a folder, then docker compose up -d
# (docs/deployment.md). It is made from docker-compose.yml: change that one, then run python deploy/make_compose.py
"""
REGISTRY = "${TOKO_REGISTRY:?Set TOKO_REGISTRY in .env (where the images are published, such as ghcr.io/NAME)}"
VERSION = "${TOKO_VERSION:?Set TOKO_VERSION in .env (the version to run, such as 0.4.0)}"
COMMAND = """\
    command: [sh, -c, 'echo "$$CADDYFILE" >/tmp/Caddyfile && exec caddy run --config /tmp/Caddyfile']
"""


def make_compose(source: str, caddyfile: str) -> str:
    """Return the text of deploy/compose.yml."""
    text = HEAD + source[source.index("\n\n") :]
    text = re.sub(r"^    build: .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(
        r"(image: &?\w* ?|IMAGE: )(toko-platform|toko-bot|toko-web)\b", rf"\1{REGISTRY}/\2:{VERSION}", text, flags=re.I
    )
    text = text.replace("      - ./deploy/Caddyfile:/etc/caddy/Caddyfile:ro\n", "")
    indented = "".join(f"        {line}" if line.strip() else line for line in caddyfile.splitlines(keepends=True))
    environment = f"    environment:\n      CADDYFILE: |\n{indented.replace('$', '$$').expandtabs(2)}"
    before, proxy = text.split("\n  proxy:\n")
    return f"{before}\n  proxy:\n{proxy.replace('    environment:', COMMAND + environment.rstrip(), 1)}"


if __name__ == "__main__":
    made = make_compose((ROOT / "docker-compose.yml").read_text(), (ROOT / "deploy/Caddyfile").read_text())
    (ROOT / "deploy/compose.yml").write_text(made)
