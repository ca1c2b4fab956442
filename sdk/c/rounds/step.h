/// What `collect` answers: ask more, tell, or pass over.
#ifndef ROUNDS_STEP_H
#define ROUNDS_STEP_H

#include "exchange.h"
#include "text.h"

ROUNDS_BEGIN

/// What kind of step it is.
typedef enum rounds_step_kind {
  /// Send requests, and call `collect` again with the answers added.
  ROUNDS_FETCH,
  /// Tell this.
  ROUNDS_NOTIFY,
  /// Nothing that anyone should hear of.
  ROUNDS_SKIP,
} rounds_step_kind;

/// What is to be done next about one change.
typedef struct rounds_step {
  rounds_step_kind kind;
  /// Of a fetch.
  const rounds_request **requests;
  size_t request_count;
  /// Of a notification: data model and event type, as `Scheduling.Reschedule`.
  rounds_text event;
  /// Of a notification: JSON.
  rounds_text payload;
  /// Of what is passed over: why; no patient's data.
  rounds_text reason;
  /// What the connector wants to know at the record's next change: at most 1 KiB, no patient's
  /// data. None leaves it as it is.
  rounds_text memo;
} rounds_step;

/// Sends this request first. NULL sends nothing yet.
rounds_step *rounds_fetch(const rounds_request *request);

/// Sends one more, together with the others of the step.
rounds_step *rounds_fetch_too(rounds_step *step, const rounds_request *request);

/// Tells this event, with a payload that is JSON, as rounds_scheduling_json makes it.
rounds_step *rounds_notify(const char *event, rounds_text payload);

/// Passes the change over for this reason.
rounds_step *rounds_skip(const char *reason);

/// Leaves a memo for the record's next change.
rounds_step *rounds_memo(rounds_step *step, rounds_text memo);

ROUNDS_END

#endif
