/// The parts of the clinic's connector.
#ifndef CLINIC_H
#define CLINIC_H

#include "rounds.h"

/// What to ask next, and what an answer says changed: feed.c.
rounds_request *clinic_poll(const rounds_context *context, rounds_text cursor);
rounds_page *clinic_changes(const rounds_context *context, rounds_text cursor,
                            const rounds_response *answer);

/// The payload of a notification, of an appointment and of its patient, who is NULL where the EHR
/// does not know them: map.c.
rounds_text clinic_scheduling(const rounds_json *appointment, const rounds_json *patient);

#endif
