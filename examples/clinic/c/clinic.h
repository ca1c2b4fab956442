/// The parts of the clinic's connector.
#ifndef CLINIC_H
#define CLINIC_H

#include "rounds.h"

/// What to ask next, and what an answer says changed: feed.c.
rounds_request *clinic_poll(const rounds_context *context, rounds_text cursor);
rounds_page *clinic_changes(const rounds_context *context, rounds_text cursor,
                            const rounds_response *answer);

/// A fingerprint of all that is told of an appointment: when it was changed is not. What of it
/// cannot be read makes the call fail.
rounds_text clinic_content(const rounds_json *appointment);

/// The payload of a notification that an appointment is off, of which nothing else is told.
rounds_text clinic_cancelled(rounds_text id, rounds_text patient_id, const rounds_json *patient);

/// The payload of a notification, of an appointment and of its patient, who is NULL where the EHR
/// does not know them: map.c.
rounds_text clinic_scheduling(const rounds_json *appointment, const rounds_json *patient);

#endif
