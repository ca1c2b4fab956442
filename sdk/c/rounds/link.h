/// Links to a next page: found in a header, and made whole.
#ifndef ROUNDS_LINK_H
#define ROUNDS_LINK_H

#include "exchange.h"
#include "text.h"

ROUNDS_BEGIN

/// The `next` link of an answer's `Link` headers (RFC 8288), as it stands there.
rounds_text rounds_next_link(const rounds_response *response);

/// A link found in the answer to a request of `path` (`/Appointment`), as a request's target: a
/// whole URL stays as it is, anything relative is made whole. Of one that leads away from
/// `base_url`, where the credentials must not follow, the call fails as an unexpected response.
rounds_text rounds_resolve_link(rounds_text base_url, const char *path, rounds_text link);

/// What follows the base URL in a URL below it: empty, or from its `/` or `?` on. Else none.
rounds_text rounds_below(rounds_text base_url, rounds_text url);

ROUNDS_END

#endif
