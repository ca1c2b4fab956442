/// What a connector is: the contract's functions.
#ifndef ROUNDS_CONNECTOR_H
#define ROUNDS_CONNECTOR_H

#include "change.h"
#include "exchange.h"
#include "json.h"
#include "manifest.h"
#include "step.h"
#include "text.h"

ROUNDS_BEGIN

/// What the host says at every call.
typedef struct rounds_context {
  /// The action polled: a name from the manifest.
  rounds_text action;
  /// The connection's settings: JSON, valid under the manifest's schema.
  rounds_text settings;
  /// The connection's base URL, without a slash at its end.
  rounds_text base_url;
  /// Further origins that the user lets this connection ask by whole URL, as
  /// `https://ehr.example:8443`: other names of the EHR.
  rounds_texts allow_origins;
  /// From when changes are wanted while there is no cursor (RFC 3339, UTC).
  rounds_text since;
  /// The host's clock when this poll began (RFC 3339, UTC). Not to make a cursor of.
  rounds_text now;
  /// Whether the action's last request got no answer that the host has on disk.
  bool interrupted;
  /// Whether all records are wanted, whenever they changed: asked only of an action that `lists`,
  /// with a cursor of that listing's own.
  bool listing;
  /// Whether nobody will hear of what is found, as it was there before: `collect` need ask for
  /// nothing but what a memo takes.
  bool silent;
  /// Whether the EHR has refused something that `collect` asked for, for as long as the user wants
  /// to wait: what is missing is to be left out, whatever its status, and the rest told.
  bool last_try;
} rounds_context;

/// The connection's settings, read. What cannot be read is a fault of the settings.
const rounds_json *rounds_settings(const rounds_context *context);

/// What this connector can poll, and all that it will ever ask for.
typedef rounds_manifest *rounds_describe_fn(void);

/// What to ask the EHR next, given the cursor of the last page; none at the first poll, which
/// starts at `context->since`.
typedef rounds_request *rounds_poll_fn(const rounds_context *context, rounds_text cursor);

/// What the EHR's answer says changed, and the cursor from which to go on. Called with the cursor
/// that `poll` was given, and with every answer, those of an error status included: begin with
/// rounds_ok.
typedef rounds_page *rounds_changes_fn(const rounds_context *context, rounds_text cursor,
                                       const rounds_response *answer);

/// What else to ask about one change, then what to tell. `memo` is what the record's last
/// notification left, `collected` all answers so far, in the order of their requests.
typedef rounds_step *rounds_collect_fn(const rounds_context *context, const rounds_change *change,
                                       rounds_text memo, const rounds_response *collected,
                                       size_t count);

/// A connector. All its functions are pure: equal arguments, equal answer.
typedef struct rounds_connector {
  rounds_describe_fn *describe;
  rounds_poll_fn *poll;
  rounds_changes_fn *changes;
  rounds_collect_fn *collect;
  /// What to tell those who knew the record under the key that it had, as it has another from now
  /// on: the change is one of ROUNDS_MOVED_AWAY, its key the one before. The memo left here is that
  /// of the change that follows. NULL tells nobody.
  rounds_collect_fn *moved_away;
} rounds_connector;

/// The connector that ROUNDS_EXPORT names.
extern const rounds_connector rounds_exported;

/// The line that makes a component of a connector's functions: `describe`, `poll`, `changes`,
/// `collect`, which may be rounds_collect_nothing, and `moved_away`, which may be left out.
#define ROUNDS_EXPORT(describe, poll, changes, ...)                                                \
  ROUNDS_BEGIN                                                                                     \
  extern const rounds_connector rounds_exported;                                                   \
  const rounds_connector rounds_exported = {(describe), (poll), (changes),                         \
                                            ROUNDS_COLLECTS(__VA_ARGS__, NULL, NULL)};             \
  ROUNDS_END

/// The last two of a connector's functions, the second of which may be NULL.
#define ROUNDS_COLLECTS(collect, moved_away, ...) (collect), (moved_away)

/// What becomes of a change: `collect`, or `moved_away` where it is one of ROUNDS_MOVED_AWAY.
rounds_step *rounds_collected(const rounds_context *context, const rounds_change *change,
                              rounds_text memo, const rounds_response *collected, size_t count);

/// The `collect` of a connector that asks nothing more: tells the change's own data as its action's
/// only event.
rounds_step *rounds_collect_nothing(const rounds_context *context, const rounds_change *change,
                                    rounds_text memo, const rounds_response *collected,
                                    size_t count);

/// What a sign-in brought.
typedef struct rounds_credentials {
  /// Added to every later request.
  const rounds_header *headers;
  size_t header_count;
  /// Seconds that they last, where the EHR says.
  rounds_u32 expires_in;
} rounds_credentials;

/// The request that signs in. `{{secret.NAME}}` in its headers or body stands for a secret, which
/// only the host fills in.
typedef rounds_request *rounds_login_fn(const rounds_context *context);

/// What the EHR answered to `login`.
typedef rounds_credentials *rounds_signed_in_fn(const rounds_context *context,
                                                const rounds_response *answer);

/// A header that a sign-in brought, as `authorization` with `Session …`.
rounds_credentials *rounds_credentials_of(const char *name, rounds_text value);

#ifdef __wasm__
/// A context, each of its values by itself, as the host passes it.
#define ROUNDS_FLAT_CONTEXT                                                                        \
  const char *action, size_t action_length, const char *settings, size_t settings_length,          \
      const char *base_url, size_t base_url_length, const void *origins, size_t origin_count,      \
      const char *since, size_t since_length, const char *now, size_t now_length,                  \
      int32_t interrupted, int32_t listing, int32_t silent, int32_t last_try

void *rounds_call_login(rounds_login_fn *login, ROUNDS_FLAT_CONTEXT);
void *rounds_call_signed_in(rounds_signed_in_fn *signed_in, const void *arguments);

#define ROUNDS_EXPORTED_AS(name) __attribute__((export_name(name)))
#define ROUNDS_SESSION "rounds:connector/session@0.1.0#"

/// One more line, of connectors whose EHR has a sign-in call of its own.
#define ROUNDS_EXPORT_SESSION(login, signed_in)                                                    \
  ROUNDS_BEGIN                                                                                     \
  ROUNDS_EXPORTED_AS(ROUNDS_SESSION "login") void *rounds_exported_login(ROUNDS_FLAT_CONTEXT) {    \
    return rounds_call_login((login), action, action_length, settings, settings_length, base_url,  \
                             base_url_length, origins, origin_count, since, since_length, now,     \
                             now_length, interrupted, listing, silent, last_try);                  \
  }                                                                                                \
  ROUNDS_EXPORTED_AS(ROUNDS_SESSION "signed-in")                                                   \
  void *rounds_exported_signed_in(const void *arguments) {                                         \
    return rounds_call_signed_in((signed_in), arguments);                                          \
  }                                                                                                \
  ROUNDS_EXPORTED_AS("cabi_post_" ROUNDS_SESSION "login")                                          \
  void rounds_ended_login(void *answer) {                                                          \
    (void)answer;                                                                                  \
    rounds_end_call();                                                                             \
  }                                                                                                \
  ROUNDS_EXPORTED_AS("cabi_post_" ROUNDS_SESSION "signed-in")                                      \
  void rounds_ended_signed_in(void *answer) {                                                      \
    (void)answer;                                                                                  \
    rounds_end_call();                                                                             \
  }                                                                                                \
  ROUNDS_END
#else
#define ROUNDS_EXPORT_SESSION(login, signed_in)                                                    \
  ROUNDS_BEGIN                                                                                     \
  extern rounds_login_fn *const rounds_exported_login;                                             \
  rounds_login_fn *const rounds_exported_login = (login);                                          \
  extern rounds_signed_in_fn *const rounds_exported_signed_in;                                     \
  rounds_signed_in_fn *const rounds_exported_signed_in = (signed_in);                              \
  ROUNDS_END
#endif

ROUNDS_END

#endif
