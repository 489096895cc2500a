"""An ASGI middleware that answers HEAD as GET is answered, without the body: FastAPI's routes know only GET."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """Shows the routes a GET. uvicorn sends no body of a HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request as ASGI says."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            scope["method"] = "HEAD"
            await send(message)

        scope["method"] = "GET"
        await self._app(scope, receive, send_head)
