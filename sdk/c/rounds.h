/// Write a Rounds connector in C or C++.
///
/// A connector is four functions and one line, ROUNDS_EXPORT. It does no I/O: it shapes requests
/// and reads answers, and the host sends them, stores what changed and delivers what is to be told.
/// Everything here is plain C11, so a connector builds and is tested natively as well.
///
/// Two rules hold everywhere.
///
/// Nothing is freed. What these functions answer, and what rounds_alloc gives, lives until the
/// host's call has ended, and is gone then. A connector keeps nothing between calls.
///
/// A failure stays. The first that a call meets, by a function of this header or by a
/// rounds_fail_… of the connector's own, is what the call answers, whatever it returns. So one
/// reads straight on: what could not be read is none, and the call fails in the end.
///
/// What each word means is the contract's, wit/0.1.0/connector.wit; the README shows the way from
/// nothing to a working connector.
#ifndef ROUNDS_H
#define ROUNDS_H

#include "rounds/ahead.h"
#include "rounds/change.h"
#include "rounds/connector.h"
#include "rounds/epoch.h"
#include "rounds/exchange.h"
#include "rounds/failure.h"
#include "rounds/json.h"
#include "rounds/link.h"
#include "rounds/manifest.h"
#include "rounds/model.h"
#include "rounds/step.h"
#include "rounds/text.h"
#include "rounds/time.h"
#include "rounds/write.h"

#endif
