/// One changed record, and a page of them.
#ifndef ROUNDS_CHANGE_H
#define ROUNDS_CHANGE_H

#include "text.h"

ROUNDS_BEGIN

/// What became of a record.
typedef enum rounds_change_kind { ROUNDS_UPSERTED, ROUNDS_DELETED } rounds_change_kind;

/// One changed record, as the poll reported it.
typedef struct rounds_change {
  /// The record's identifier in the EHR.
  rounds_text id;
  rounds_change_kind kind;
  /// What tells two of its states apart. An (id, version) seen before is not notified again.
  rounds_text version;
  /// Records of one key are notified in order, as those of one patient; none is the id.
  rounds_text key;
  /// When it changed, by the EHR's clock (RFC 3339).
  rounds_text occurred_at;
  /// What `collect` needs of it: JSON.
  rounds_text data;
  /// The one after it on its page.
  struct rounds_change *next;
} rounds_change;

/// What one answer said: changes, and where the next request starts.
typedef struct rounds_page {
  /// In the order in which they are to be told.
  rounds_change *first;
  rounds_change *last;
  size_t count;
  /// Stored in one step with the changes, so it holds all there is to know.
  rounds_text cursor;
  /// Whether to ask on at once. Then the cursor must differ from the one before.
  bool more;
} rounds_page;

/// A page without changes yet.
rounds_page *rounds_no_changes(void);

/// Adds a record that is new or differs, with what `collect` needs of it as JSON. Without an id the
/// call fails. Set `version`, `key` and `occurred_at` of what is answered.
rounds_change *rounds_upserted(rounds_page *page, rounds_text id, rounds_text data);

/// Adds a record that is gone; its data is `null`.
rounds_change *rounds_deleted(rounds_page *page, rounds_text id);

/// Makes it the last page of a poll.
rounds_page *rounds_last(rounds_page *page, rounds_text cursor);

/// Makes it a page after which the host asks on at once.
rounds_page *rounds_more(rounds_page *page, rounds_text cursor);

ROUNDS_END

#endif
