"""What goes wrong between a client and a server."""


class ClientError(Exception):
    """One sentence a user understands, and what to do."""

    def __init__(self, detail: str, action: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.action = action


class ServerNotReachable(ClientError):
    """Nothing answers there, or something that is no workbench."""


class ApiError(ClientError):
    """The server refused. `code` is stable; `status` is that of the HTTP answer."""

    def __init__(
        self,
        code: str,
        title: str,
        detail: str,
        action: str,
        status: int,
        errors: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(detail, action)
        self.code = code
        self.title = title
        self.status = status
        self.errors = errors or []


class BadFiles(ClientError):
    """The files to import are not there or cannot be sent."""
