"""Asks a running server whether it works, from another process. It imports neither the server nor the catalogue."""

import http.client

from toko_web.settings import PageSettings

ASK_SECONDS = 10.0


def ask_health(settings: PageSettings) -> str | None:
    """Ask the server that runs with these settings. Returns what is wrong in one line, or None if nothing is."""
    connection = http.client.HTTPConnection(*settings.near_place, timeout=ASK_SECONDS)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        line = response.read(1000).decode(errors="replace").strip()
    except ConnectionRefusedError:
        return f"Nothing listens at CATALOG_LISTEN ({settings.catalog_listen}): start `toko up` or `toko web`."
    except (OSError, http.client.HTTPException) as error:
        return f"No server answers at CATALOG_LISTEN ({settings.catalog_listen}): {error or type(error).__name__}."
    finally:
        connection.close()
    if response.status == 200 and line == "ok":
        return None
    return line if response.status == 503 else f"Another program answers at CATALOG_LISTEN ({settings.catalog_listen})."
