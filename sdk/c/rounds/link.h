/// Links to a next page: found in a header, and turned into what to ask for.
#ifndef ROUNDS_LINK_H
#define ROUNDS_LINK_H

#include "exchange.h"
#include "text.h"

ROUNDS_BEGIN

/// The `next` link of an answer's `Link` headers (RFC 8288), as it stands there: for
/// rounds_resolve_link. None where there is none.
rounds_text rounds_next_link(const rounds_response *response);

/// The link in the first header of this name, as `X-Next-Page`, which holds a URL or a path and
/// nothing else. None where it is missing or empty.
rounds_text rounds_link_in_header(const rounds_response *response, const char *name);

/// A link found in an answer, as the target of a request. `asked` is the target that was answered,
/// as `/Appointment?page=1`: what is relative (`?page=2`, `./…`, `/fhir/…`) is relative to that.
///
/// A link below `base_url`, compared as URLs, becomes a target relative to it. Any other whole URL
/// stays as it is, and the host refuses it unless the user allows its origin. A path that is not
/// that of the base URL stays as well, which makes it one below the base URL.
rounds_text rounds_resolve_link(rounds_text base_url, rounds_text asked, rounds_text link);

/// What follows the base URL in a URL below it: empty, or from its `/` or `?` on. Else none. They
/// are compared as URLs: neither the case of scheme and host nor a usual port makes a difference.
rounds_text rounds_below(rounds_text base_url, rounds_text url);

ROUNDS_END

#endif
