"""Links to a next page: found in a header, and turned into what to ask for."""

from rounds_sdk.response import Response

# Without regular expressions, which a component would carry compiled.
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"


def next(response: Response) -> str | None:
    """Find the `next` link of an answer's `Link` headers (RFC 8288), as it stands there."""
    for name, value in response.headers:
        if name == "link" and (link := _next_in(value)):
            return link
    return None


def in_header(response: Response, name: str) -> str | None:
    """Find the link in the first header of this name, as `X-Next-Page`.

    It holds a URL or a path and nothing else. `None` where it is missing or empty.
    """
    name = name.lower()
    for known, value in response.headers:
        if known == name:
            link = value.strip()
            is_bracketed = link.startswith("<") and link.endswith(">")
            return (link[1:-1].strip() if is_bracketed else link) or None
    return None


def resolve(base_url: str, asked: str, link: str) -> str:
    """Turn a link found in an answer into the target of a request.

    `asked` is the target that was answered, as `/Appointment?page=1`: what is relative (`?page=2`,
    `./…`, `/fhir/…`) is relative to that.

    A link below `base_url`, compared as URLs, becomes a target relative to it. Any other whole URL
    stays as it is, and the host refuses it unless the user allows its origin. A path that is not
    that of the base URL stays as well, which makes it one below the base URL.
    """
    link = link.strip().partition("#")[0]
    if not link:
        return asked
    whole = _whole(base_url, asked, link)
    target = below(base_url, whole)
    if target is not None:
        return target
    is_path = link.startswith("/") and not link.startswith("//") and not _host_at(asked)
    return link if is_path else whole


def below(base_url: str, url: str) -> str | None:
    """Answer what follows the base URL in a URL below it: empty, or from its `/` or `?` on.

    They are compared as URLs: neither the case of scheme and host nor a usual port makes a
    difference.
    """
    base, its = _parts(base_url.partition("?")[0]), _parts(url)
    if not base or not its or base[:3] != its[:3]:
        return None
    path = base[3].rstrip("/")
    under = its[3][len(path) :]
    return under if its[3].startswith(path) and (not under or under[0] in "/?") else None


def _next_in(links: str) -> str | None:
    while links := links.lstrip(" \t,"):
        link, rest = "", links
        if links.startswith("<"):
            link, closed, rest = links[1:].partition(">")
            if not closed:
                return None
        parameters, links = _part(rest, ",")
        if link and _is_next(parameters):
            return link.strip()
    return None


def _is_next(parameters: str) -> bool:
    """Tell whether the first `rel` of a link's parameters names `next`, be it among others."""
    while parameters:
        parameter, parameters = _part(parameters, ";")
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "rel":
            return "next" in value.strip().strip('"').lower().split()
    return False


def _part(text: str, sign: str) -> tuple[str, str]:
    """Part a text before and behind the first such sign that is not within quotes."""
    is_quoted, is_escaped = False, False
    for at, letter in enumerate(text):
        if letter == sign and not is_quoted:
            return text[:at], text[at + 1 :]
        if letter == '"' and not is_escaped:
            is_quoted = not is_quoted
        is_escaped = letter == "\\" and is_quoted and not is_escaped
    return text, ""


def _whole(base_url: str, asked: str, link: str) -> str:
    if _host_at(link):
        return link
    way = asked.partition("?")[0]
    url = way if _host_at(way) else base_url.partition("?")[0].rstrip("/") + way
    origin, path = _origin_and_path(url)
    if link.startswith("//"):
        return f"{origin.partition(':')[0]}:{link}"
    if link.startswith("/"):
        return origin + _without_dots(link)
    if link.startswith("?"):
        return url + link
    # What is asked of the base URL itself is taken for a folder of it.
    folder = path.rpartition("/")[0] if way else path
    return origin + _without_dots(f"{folder}/{link}")


def _without_dots(target: str) -> str:
    """Answer a path and its query, with `.` and `..` of the path gone along (RFC 3986, 5.2.4)."""
    path, mark, query = target.partition("?")
    segments, kept = path.split("/")[1:], list[str]()
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return f"/{'/'.join(kept)}{mark}{query}"


def _host_at(link: str) -> int:
    """Tell where the host begins in a whole URL; 0 in all else, also with a scheme in its query."""
    scheme, found, _ = link.partition("://")
    scheme = scheme.lower()
    is_scheme = scheme[:1] in _LETTERS and not scheme.strip(_LETTERS + _DIGITS + "+-.")
    return len(scheme) + 3 if found and scheme and is_scheme else 0


def _origin_and_path(url: str) -> tuple[str, str]:
    """Part scheme, host and port from the path with its query."""
    at = _host_at(url)
    while at < len(url) and url[at] not in "/?#":
        at += 1
    return url[:at], url[at:]


def _parts(url: str) -> tuple[str, str, str, str] | None:
    """Answer scheme, host, port and path of a whole URL that has no user."""
    origin, path = _origin_and_path(url)
    scheme, found, authority = origin.lower().partition("://")
    if not found or not _host_at(url) or "@" in authority:
        return None
    host, colon, port = authority.rpartition(":")
    if not colon or port.strip(_DIGITS):
        host, port = authority, ""
    return scheme, host, port or ("443" if scheme == "https" else "80"), path
