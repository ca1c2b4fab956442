/// Why a call came to nothing.
#ifndef ROUNDS_FAILURE_H
#define ROUNDS_FAILURE_H

#include "text.h"

ROUNDS_BEGIN

/// What the host acts on. The words beside it stand in logs and must hold no patient's data.
typedef enum rounds_case {
  /// The settings cannot work. Polling stops until they change.
  ROUNDS_INVALID_SETTINGS,
  /// The EHR refused the credentials. The host renews them once.
  ROUNDS_UNAUTHORIZED,
  /// The EHR asks for a pause.
  ROUNDS_THROTTLED,
  /// A fault that may pass. The host tries again, later and later.
  ROUNDS_UNAVAILABLE,
  /// The EHR no longer knows the cursor. The task stops until a person sets one.
  ROUNDS_CURSOR_LOST,
  /// The EHR answered what this connector cannot read.
  ROUNDS_UNEXPECTED_RESPONSE,
  /// A fault of the connector's own.
  ROUNDS_INTERNAL,
} rounds_case;

/// A failure: its case, its words, and of a throttling the seconds to wait, where known.
typedef struct rounds_failure {
  rounds_case kind;
  rounds_text words;
  bool has_pause;
  uint32_t pause;
} rounds_failure;

#ifdef __cplusplus
} // extern "C"

/// What a connector's function returns after a failure: NULL, of every type.
struct rounds_nothing {
  void *null;
  template <class T> operator T *() const { return nullptr; }
};

extern "C" {
#else
/// What a connector's function returns after a failure: NULL.
typedef void *rounds_nothing;
#endif

/// Makes the call fail, unless it has failed already. Answers NULL, so that one can write
/// `return rounds_fail(…)` in every function of a connector.
rounds_nothing rounds_fail(rounds_case kind, rounds_text words);

/// The settings cannot work.
rounds_nothing rounds_fail_invalid_settings(const char *words);

/// The EHR refused the credentials.
rounds_nothing rounds_fail_unauthorized(const char *words);

/// The EHR asks for a pause of so many seconds; fewer than none where it does not say.
rounds_nothing rounds_fail_throttled(int64_t seconds);

/// A fault that may pass.
rounds_nothing rounds_fail_unavailable(const char *words);

/// The EHR no longer knows the cursor.
rounds_nothing rounds_fail_cursor_lost(const char *words);

/// The EHR answered what this connector cannot read.
rounds_nothing rounds_fail_unexpected_response(const char *words);

/// A fault of the connector's own.
rounds_nothing rounds_fail_internal(const char *words);

/// The failure that this call has met, or NULL.
const rounds_failure *rounds_failed(void);

/// Forgets the failure, where a connector knows how to go on.
void rounds_forgive(void);

/// Writes a line to the connector's log. No patient's data in it.
void rounds_log(const char *line);

/// Ends the call on the spot, as a fault of the connector's own: for what cannot happen. A failed
/// assert and an abort end in it too. WebAssembly cannot unwind C, so this is a trap after a line
/// of the log, which the host reads for the words; `return rounds_fail_internal(…)` is better.
#define rounds_panic(words) rounds_panic_at((words), __FILE__, __LINE__)

/// What rounds_panic calls.
#ifdef __cplusplus
[[noreturn]]
#else
_Noreturn
#endif
void rounds_panic_at(const char *words, const char *file, int line);

ROUNDS_END

#endif
