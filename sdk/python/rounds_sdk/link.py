"""Links to a next page: found in a header, and made whole."""

from rounds_sdk.failure import UnexpectedResponse
from rounds_sdk.response import Response


def next(response: Response) -> str | None:
    """Find the `next` link of an answer's `Link` headers (RFC 8288), as it stands there."""
    for name, value in response.headers:
        for link in value.split(", ") if name == "link" else ():
            url, closed, parameters = link.strip().partition(">")
            is_next = any(it.strip() in ("rel=next", 'rel="next"') for it in parameters.split(";"))
            if url.startswith("<") and closed and is_next:
                return url[1:]
    return None


def resolve(base_url: str, path: str, link: str) -> str:
    """Make a link whole that was found in the answer to a request of `path` (`/Appointment`).

    Raises `UnexpectedResponse` for a link that leads away from `base_url`, where the credentials
    must not follow.
    """
    whole = _whole(base_url, path, link)
    if below(base_url, whole) is None:
        raise UnexpectedResponse("a link leads away from the base URL")
    return whole


def below(base_url: str, url: str) -> str | None:
    """Answer what follows the base URL in a URL below it: empty, or from its `/` or `?` on."""
    origin, path = _split(base_url)
    same, rest = url[: len(origin)], url[len(origin) :]
    if not rest.startswith(path) or same.lower() != origin.lower():
        return None
    under = rest.removeprefix(path)
    return under if not under or under[0] in "/?" else None


def _whole(base_url: str, path: str, link: str) -> str:
    origin, _ = _split(base_url)
    if "://" in link:
        return link
    if link.startswith("//"):
        return origin.partition("//")[0] + link
    if link.startswith("/"):
        return origin + link
    if link.startswith("?"):
        return base_url + path + link
    return f"{base_url}{path.rpartition('/')[0]}/{link}"


def _split(base_url: str) -> tuple[str, str]:
    """Part scheme, host and port from the path."""
    host_at = base_url.find("://") + 3 if "://" in base_url else 0
    path_at = base_url.find("/", host_at)
    return (base_url, "") if path_at < 0 else (base_url[:path_at], base_url[path_at:])
