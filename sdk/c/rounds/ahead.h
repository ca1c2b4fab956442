/// From when to ask next, where a record may be dated in the future.
#ifndef ROUNDS_AHEAD_H
#define ROUNDS_AHEAD_H

#include "connector.h"
#include "exchange.h"
#include "time.h"

ROUNDS_BEGIN

/// The time from which to ask next: the latest of those `seen` on this page, or `since`, from which
/// was asked, where none is later.
///
/// A time that is ahead of the EHR's clock does not count: what changes until then would never be
/// told. That clock is the answer's `Date`, unless it is more than a day from the host's; and
/// `since` itself is put back to it where it is ahead. Without such a `Date`, what is dated more
/// than a day ahead of the host's clock does not count. So what this answers is the EHR's own word
/// or `since`, and never the host's clock.
///
/// What does not count is told all the same: it is only not asked from. Where `since` is more than
/// a day ahead and no `Date` says from when, the call fails as one whose cursor is lost.
rounds_time rounds_go_on_from(const rounds_context *context, const rounds_response *answer,
                              rounds_time since, const rounds_time *seen, size_t count);

ROUNDS_END

#endif
