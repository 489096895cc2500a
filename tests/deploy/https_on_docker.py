"""The proxy's certificates: for a domain, from an ACME server (Pebble); for an address, from its own authority.

    tests/deploy/with_docker.sh .venv/bin/python -m pytest tests/deploy/https_on_docker.py

Both are done as docs/https.md says.
"""

import base64
import json
import os
import re
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPSConnection
from pathlib import Path

import httpx
import pytest

from tests.deploy.stack import Stack, docker

HTTP_PORT, HTTPS_PORT = 8099, 8098
ACME_PORT, MANAGEMENT_PORT, DNS_PORT = 14000, 15000, 8053
DOMAIN = "toko.example.com"
PASSWORD = "rahasia"  # noqa: S105
OVERRIDE = """
services:
  proxy:
    environment: {SSL_CERT_FILE: /pebble.pem}
    volumes: ["./pebble.pem:/pebble.pem:ro"]
"""
"""The proxy trusts Pebble, as it trusts Let's Encrypt by itself."""


def test_an_address_has_a_certificate_of_an_authority_of_its_proxy(shop: Stack, tmp_path: Path) -> None:
    address = shop.telegram.address
    start(
        shop,
        SITE_ADDRESS=address,
        WEB_URL=f"https://{address}:{HTTPS_PORT}",
        CATALOG_URL=f"https://{address}:{HTTPS_PORT}",
    )
    root = tmp_path / "toko-root.crt"
    shop.compose("cp", "proxy:/data/caddy/pki/authorities/local/root.crt", str(root))
    trusted = ssl.create_default_context(cafile=str(root))
    shop.wait_until(lambda: status(address, address, trusted), "the proxy answers", 60)
    assert status(address, address, trusted) == 401
    assert status(address, address, trusted, "salah") == 401
    shop.wait_until(lambda: status(address, address, trusted, PASSWORD) == 200, "the web server is up", 60)
    shop.wait_for_health(("web", "bot"))
    look_at_routes(shop, f"https://{address}:{HTTPS_PORT}", trusted)
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(address, address, ssl.create_default_context(), "")
    fields = subprocess.run(
        ["openssl", "x509", "-in", root, "-noout", "-text"], capture_output=True, text=True, check=True
    ).stdout
    assert "CA:TRUE" in fields  # Android takes it as a CA certificate


def look_at_routes(shop: Stack, url: str, trusted: ssl.SSLContext) -> None:
    """Check what the proxy leads where, and that somebody signs in through it with a link of the bot."""
    login = httpx.BasicAuth("owner", PASSWORD)
    with httpx.Client(base_url=url, verify=trusted, timeout=20, headers={"Accept": "text/html"}) as client:
        stranger = client.get("/")
        assert (stranger.status_code, stranger.headers["Location"].partition("?")[0]) == (303, "/masuk")
        assert client.get("/metrics").status_code == 404
        assert client.get("/dagster/").status_code == 401
        assert "Dagster" in client.get("/dagster/", auth=login).text
        for old in ("/runs/1b2c-3d?a=%C3%A9", "/assets/product_catalog", "/locations", "/overview/jobs", "/automation"):
            moved = client.get(old)
            assert (moved.status_code, moved.headers["Location"]) == (308, f"/dagster{old}")
        query = {"query": "{ version }"}
        for path in ("/graphql", "/dagster/graphql"):
            assert client.post(path, json=query).status_code == 401
            assert "version" in client.post(path, json=query, auth=login).json()["data"]
        assert client.get("/telegram").status_code == 502, "no bot listens there: it polls"
        sign_in(shop, client)
        found = client.get("/", params={"q": "barang ke 777"})
        assert (found.status_code, "BARANG KE 777" in found.text) == (200, True)


def sign_in(shop: Stack, client: httpx.Client) -> None:
    """Open the link that the bot sends, and press its button."""
    said = shop.budi.ask("/web").text
    link = re.search(rf"{re.escape(str(client.base_url).rstrip('/'))}(/masuk/tautan/[\w-]+)", said)
    assert link, said
    page = client.get(link[1])
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert (page.status_code, bool(token)) == (200, True), page.text
    assert token is not None
    pressed = client.post(link[1], data={"csrf": token[1]})
    assert pressed.status_code == 303, pressed.text


def test_a_domain_has_a_certificate_of_an_acme_server(shop: Stack, tmp_path: Path) -> None:
    address = shop.telegram.address
    with pebble(tmp_path, address) as certificate:
        (shop.folder / "pebble.pem").write_bytes(certificate.read_bytes())
        (shop.folder / "docker-compose.override.yml").write_text(OVERRIDE)
        start(shop, SITE_ADDRESS=DOMAIN, ACME_CA=f"https://{address}:{ACME_PORT}/dir", WEB_URL=f"https://{DOMAIN}")
        trusted = ssl.create_default_context(cadata=root_of_pebble(certificate))
        shop.wait_until(lambda: status(address, DOMAIN, trusted), "the certificate is there", 180)
        assert status(address, DOMAIN, trusted) == 401
        shop.wait_until(lambda: status(address, DOMAIN, trusted, PASSWORD) == 200, "the web server is up", 60)
        _, issued = connect(address, DOMAIN, trusted, PASSWORD)
        assert "Pebble" in str(issued["issuer"])
        assert issued["subjectAltName"] == (("DNS", DOMAIN),)


def start(shop: Stack, **settings: str) -> None:
    """`make up` with the profile tls and a password."""
    hashed = docker("run", "--rm", "--entrypoint", "caddy", image(), "hash-password", "--plaintext", PASSWORD)
    shop.set(
        COMPOSE_PROFILES="tls", HTTP_PORT=str(HTTP_PORT), HTTPS_PORT=str(HTTPS_PORT), BOT_REPLICAS="1",
        WEBHOOK_URL="", WEBHOOK_SECRET="", WEB_PASSWORD_HASH=f"'{hashed}'", **settings,
    )  # fmt: skip
    shop.make("up")


def image() -> str:
    return os.environ.get("CADDY_IMAGE", "caddy:2")


def status(address: str, name: str, trusted: ssl.SSLContext, password: str = "") -> int:
    """Return the status of Dagster's first page; 0 as long as there is no certificate."""
    try:
        return connect(address, name, trusted, password)[0]
    except (OSError, ssl.SSLError):
        return 0


def connect(address: str, name: str, trusted: ssl.SSLContext, password: str) -> tuple[int, dict[str, object]]:
    """Ask the proxy at `address` for a page of Dagster as `name`. Return the status and the certificate's fields."""
    login = base64.b64encode(f"owner:{password}".encode()).decode()
    connection = HTTPSConnection(name, context=trusted, timeout=20)
    connection.sock = trusted.wrap_socket(
        socket.create_connection((address, HTTPS_PORT), timeout=20), server_hostname=name
    )
    try:
        certificate: dict[str, object] = dict(connection.sock.getpeercert() or {})
        connection.request(
            "GET", "/dagster/server_info", headers={"Authorization": f"Basic {login}"} if password else {}
        )
        return connection.getresponse().status, certificate
    finally:
        connection.close()


@contextmanager
def pebble(folder: Path, address: str) -> Iterator[Path]:
    """Run an ACME server that finds every domain at `address`, on the proxy's ports. Return its own certificate."""
    certificate, key = folder / "pebble.pem", folder / "pebble-key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1",
         "-subj", "/CN=pebble", "-addext", f"subjectAltName=IP:{address},IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    settings = {
        "listenAddress": f"{address}:{ACME_PORT}", "managementListenAddress": f"127.0.0.1:{MANAGEMENT_PORT}",
        "certificate": str(certificate), "privateKey": str(key), "httpPort": HTTP_PORT, "tlsPort": HTTPS_PORT,
    }  # fmt: skip
    (folder / "pebble.json").write_text(json.dumps({"pebble": settings}))
    off = [part for name in ("http01", "https01", "tlsalpn01", "doh") for part in (f"-{name}", "")]
    dns = ["-dns01", f"127.0.0.1:{DNS_PORT}", "-defaultIPv4", address, "-defaultIPv6", ""]
    programs = (
        ["pebble-challtestsrv", *off, *dns, "-management", "127.0.0.1:8055"],
        ["pebble", "-config", str(folder / "pebble.json"), "-dnsserver", f"127.0.0.1:{DNS_PORT}"],
    )
    environment = {**os.environ, "PEBBLE_VA_NOSLEEP": "1"}
    with (folder / "pebble.log").open("w") as log:
        servers = [subprocess.Popen(one, stdout=log, stderr=log, env=environment) for one in programs]
        try:
            for port, host in ((ACME_PORT, address), (MANAGEMENT_PORT, "127.0.0.1")):
                while not listens(host, port):
                    assert servers[-1].poll() is None, (folder / "pebble.log").read_text()
                    time.sleep(0.1)
            yield certificate
        finally:
            for server in servers:
                server.terminate()
                server.wait()


def listens(host: str, port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex((host, port)) == 0


def root_of_pebble(certificate: Path) -> str:
    """Return the certificate of the authority that Pebble makes at each start."""
    trusted = ssl.create_default_context(cafile=str(certificate))
    with urllib.request.urlopen(f"https://127.0.0.1:{MANAGEMENT_PORT}/roots/0", context=trusted, timeout=20) as answer:
        return str(answer.read().decode())
