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
} rounds_manifest;

/// A manifest without actions and requests yet, that takes no settings and asks for no sign-in.
rounds_manifest *rounds_manifest_of(const char *name, const char *version, const char *summary);

/// Adds an action whose EHR says what changed since a cursor: `fastest` in seconds, then the events
/// that it can notify, then NULL. What is answered is gone when the next is added; until then, set
/// its `detection` where it finds changes in another way, and `lists` where it has a whole listing.
__attribute__((sentinel)) rounds_action *rounds_feed(rounds_manifest *manifest, const char *name,
                                                     const char *summary, uint32_t fastest, ...);

/// Sets the ways to sign in, then NULL: `none`, `basic`, `bearer`, `header`,
/// `oauth2-client-credentials`, `smart-backend-services`, `session`.
__attribute__((sentinel)) void rounds_auth(rounds_manifest *manifest, ...);

/// Sets all that it will ever ask for, then NULL: a method and a path each, where `*` stands for
/// one segment and `**` at the end for any number.
__attribute__((sentinel)) void rounds_requests(rounds_manifest *manifest, ...);

/// The event of an action that has only one.
rounds_text rounds_only_event_of(const rounds_manifest *manifest, rounds_text action);

ROUNDS_END

#endif
