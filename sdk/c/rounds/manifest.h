/// What a connector says of itself.
#ifndef ROUNDS_MANIFEST_H
#define ROUNDS_MANIFEST_H

#include "text.h"

ROUNDS_BEGIN

/// How an action finds changes.
typedef enum rounds_detection {
  /// The EHR says what changed since a cursor.
  ROUNDS_FEED,
  /// Reading takes changes off the EHR's list.
  ROUNDS_CONSUMING_FEED,
  /// The EHR only lists what there is; the host compares.
  ROUNDS_SNAPSHOT,
} rounds_detection;

/// How a time of change is written.
typedef enum rounds_time_form {
  /// A day and a time of it, as RFC 3339 and ISO 8601 write them; without a zone as well.
  ROUNDS_TIME_RFC3339,
  /// A day alone, as `2026-05-01`.
  ROUNDS_TIME_DATE,
  /// Seconds since 1970, as a number or as its digits, with decimals maybe.
  ROUNDS_TIME_EPOCH_SECONDS,
  /// Milliseconds since 1970, as a number or as its digits.
  ROUNDS_TIME_EPOCH_MILLISECONDS,
  /// A number that is no time and only grows, as a journal counts.
  ROUNDS_TIME_SEQUENCE,
} rounds_time_form;

/// Where records say when they changed: what `rounds connector test` tries and recordings replace
/// goes by it.
typedef struct rounds_record_time {
  /// Where in a record, as the EHR answers it: the names that lead there from the record inwards,
  /// with dots between, as `changedAt` or `meta.lastUpdated`. None where records have no such time.
  rounds_text field;
  rounds_time_form form;
  /// Whether no two changes share one.
  bool unique;
} rounds_record_time;

/// What can be polled of an EHR.
typedef struct rounds_action {
  rounds_text name;
  rounds_text summary;
  /// The events that it can notify.
  rounds_texts events;
  rounds_detection detection;
  /// Polling more often than this many seconds is refused.
  uint32_t fastest;
  /// Whether its whole listing can be read beside what changed: see `listing` of the context.
  bool lists;
  /// Its records' time of change: see rounds_record_time_of.
  rounds_record_time record_time;
} rounds_action;

/// What a connector says of itself.
typedef struct rounds_manifest {
  rounds_text name;
  /// Semantic version.
  rounds_text version;
  rounds_text summary;
  rounds_action *actions;
  size_t action_count;
  /// JSON Schema of the connection's settings.
  rounds_text settings_schema;
  /// Ways to sign in that the EHR offers.
  rounds_texts auth;
  /// All that it will ever ask for, as `GET /Patient/*`.
  rounds_texts requests;
  /// Headers of answers that it reads, in lower case: recordings keep them.
  rounds_texts reads_headers;
} rounds_manifest;

/// A manifest without actions and requests yet, that takes no settings and asks for no sign-in.
rounds_manifest *rounds_manifest_of(const char *name, const char *version, const char *summary);

/// Adds an action whose EHR says what changed since a cursor: `fastest` in seconds, then the events
/// that it can notify, then NULL. What is answered is gone when the next is added; until then, set
/// its `detection` where it finds changes in another way, and `lists` where it has a whole listing.
__attribute__((sentinel)) rounds_action *rounds_feed(rounds_manifest *manifest, const char *name,
                                                     const char *summary, uint32_t fastest, ...);

/// A time of change, which several changes may share unless `unique`. It is set as the action's
/// `record_time`.
rounds_record_time rounds_record_time_of(const char *field, rounds_time_form form, bool unique);

/// Sets the ways to sign in, then NULL: `none`, `basic`, `bearer`, `header`,
/// `oauth2-client-credentials`, `smart-backend-services`, `session`.
__attribute__((sentinel)) void rounds_auth(rounds_manifest *manifest, ...);

/// Sets all that it will ever ask for, then NULL: a method and a path each, where `*` stands for
/// one segment and `**` at the end for any number.
__attribute__((sentinel)) void rounds_requests(rounds_manifest *manifest, ...);

/// Sets the headers of answers that it reads, then NULL: in lower case, as `x-next-page`. Recordings
/// keep them, beside `content-type`, `link`, `etag`, `last-modified`, `date` and `retry-after`. What
/// carries credentials is never kept.
__attribute__((sentinel)) void rounds_reads_headers(rounds_manifest *manifest, ...);

/// The event of an action that has only one.
rounds_text rounds_only_event_of(const rounds_manifest *manifest, rounds_text action);

ROUNDS_END

#endif
