#include "step.h"

#include <string.h>

static rounds_step *step_of(rounds_step_kind kind) {
  rounds_step *step = rounds_new(rounds_step, 1);
  step->kind = kind;
  return step;
}

rounds_step *rounds_fetch(const rounds_request *request) {
  return rounds_fetch_too(step_of(ROUNDS_FETCH), request);
}

rounds_step *rounds_fetch_too(rounds_step *step, const rounds_request *request) {
  if (!request)
    return step;
  const rounds_request **requests = rounds_new(const rounds_request *, step->request_count + 1);
  if (step->request_count)
    memcpy(requests, step->requests, step->request_count * sizeof *requests);
  requests[step->request_count++] = request;
  step->requests = requests;
  return step;
}

rounds_step *rounds_notify(const char *event, rounds_text payload) {
  rounds_step *step = step_of(ROUNDS_NOTIFY);
  step->event = rounds_text_of(event);
  step->payload = payload;
  return step;
}

rounds_step *rounds_skip(const char *reason) {
  rounds_step *step = step_of(ROUNDS_SKIP);
  step->reason = rounds_text_of(reason);
  return step;
}

rounds_step *rounds_memo(rounds_step *step, rounds_text memo) {
  step->memo = memo;
  return step;
}
