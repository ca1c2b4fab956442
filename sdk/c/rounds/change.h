/// One changed record, and a page of them.
#ifndef ROUNDS_CHANGE_H
#define ROUNDS_CHANGE_H

#include "json.h"
#include "text.h"

ROUNDS_BEGIN

/// What became of a record.
typedef enum rounds_change_kind {
  /// It is new, or differs.
  ROUNDS_UPSERTED,
  /// It is gone. Where a whole listing lacks it, the host says so, with the key that it had last
  /// and `null` for `data`.
  ROUNDS_DELETED,
  /// It has another key from now on, as an appointment that is another patient's; `key` is the one
  /// that it had, `data` says what it is now. The host makes it of a change of key and has it told
  /// before that change; no page holds one.
  ROUNDS_MOVED_AWAY,
} rounds_change_kind;

/// One changed record, as the poll reported it.
typedef struct rounds_change {
  /// The record's identifier in the EHR.
  rounds_text id;
  rounds_change_kind kind;
  /// What the EHR tells two of its states apart by. A state is this and its content; one seen
  /// before is not notified again, unless the record said something else under this version since.
  /// None, in a feed: each reading of it is another state, but where the host reads a stretch of the
  /// feed again.
  rounds_text version;
  /// What the record says, as a fingerprint of it without version, time of change and whatever else
  /// differs though nothing changed. What says the same as the record's last state is told to
  /// nobody, what says something else is told even under a version seen before. None: `data` stands
  /// for it where a version was seen before, and another version is always news.
  rounds_text content;
  /// Records of one key are notified in order, as those of one patient; none is the key that the
  /// record had last, or its id.
  rounds_text key;
  /// When it changed, by the EHR's clock (RFC 3339).
  rounds_text occurred_at;
  /// What `collect` needs of it: JSON.
  rounds_text data;
  /// The one after it on its page.
  struct rounds_change *next;
} rounds_change;

/// A record of an answer that cannot be read as one, while others can. The host makes a dead letter
/// of it, once, and goes on.
typedef struct rounds_unreadable {
  /// Where it stands in the answer, as `entry 3`.
  rounds_text place;
  /// Its identifier in the EHR, where that can be read.
  rounds_text id;
  /// Why it cannot be read; no patient's data.
  rounds_text reason;
  /// What `collect` would be given for it, should a person have it tried again: JSON.
  rounds_text data;
  /// The one after it on its page.
  struct rounds_unreadable *next;
} rounds_unreadable;

/// What a user should know of an EHR's answers.
typedef struct rounds_notice {
  rounds_text words;
  /// The one after it on its page.
  struct rounds_notice *next;
} rounds_notice;

/// What one answer said: changes, and where the next request starts.
typedef struct rounds_page {
  /// In the order in which they are to be told.
  rounds_change *first;
  rounds_change *last;
  size_t count;
  /// What stands among them and cannot be read.
  rounds_unreadable *first_unreadable, *last_unreadable;
  size_t unreadable_count;
  rounds_notice *first_notice, *last_notice;
  size_t notice_count;
  /// Stored in one step with the changes, so it holds all there is to know.
  rounds_text cursor;
  /// Whether to ask on at once. Then the cursor must differ from the one before.
  bool more;
} rounds_page;

/// A page without changes yet.
rounds_page *rounds_no_changes(void);

/// Adds a record that is new or differs, with what `collect` needs of it as JSON. Without an id the
/// call fails. Set `version`, `content`, `key` and `occurred_at` of what is answered.
rounds_change *rounds_upserted(rounds_page *page, rounds_text id, rounds_text data);

/// Adds a record that is gone; its data is `null`.
rounds_change *rounds_deleted(rounds_page *page, rounds_text id);

/// Reads a record of an answer, and adds the change that it is, by rounds_upserted or
/// rounds_deleted. `context` is whatever rounds_read_each was given.
typedef void rounds_read_fn(rounds_page *page, const rounds_json *record, void *context);

/// Has records read one by one, so that an odd one takes no other along: one whose reading fails as
/// an unexpected response is added as one that cannot be read, with those words, and forgiven.
/// `list` is where they stand in the answer, as `appointments`.
void rounds_read_each(rounds_page *page, const char *list, const rounds_json *records,
                      rounds_read_fn *read, void *context);

/// Adds a record that cannot be read, with where it stands in the answer, what there is of it as
/// JSON, and why. Set the `id` of what is answered where that can be read.
rounds_unreadable *rounds_unread(rounds_page *page, rounds_text place, rounds_text data,
                                 rounds_text reason);

/// Adds what a user should know of this EHR's answers, a sentence and always the same for the same,
/// as that it does not sort. The host tells each once. No patient's data in it.
void rounds_add_notice(rounds_page *page, const char *words);

/// Makes it the last page of a poll.
rounds_page *rounds_last(rounds_page *page, rounds_text cursor);

/// Makes it a page after which the host asks on at once.
rounds_page *rounds_more(rounds_page *page, rounds_text cursor);

ROUNDS_END

#endif
