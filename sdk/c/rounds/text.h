/// Text, and the memory of a call.
#ifndef ROUNDS_TEXT_H
#define ROUNDS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define ROUNDS_BEGIN extern "C" {
#define ROUNDS_END }
#else
#define ROUNDS_BEGIN
#define ROUNDS_END
#endif

ROUNDS_BEGIN

/// UTF-8 text with its length, as it may hold any character and has no NUL at its end.
///
/// None, which is no text at all, has no address: it is the contract's `none` and JSON's null, and
/// not the same as an empty text. A `const char *`, in contrast, is what one writes in the source.
typedef struct rounds_text {
  const char *at;
  size_t length;
} rounds_text;

/// Several texts.
typedef struct rounds_texts {
  const rounds_text *items;
  size_t count;
} rounds_texts;

/// No text.
rounds_text rounds_none(void);

/// A C string as text. It is not copied.
rounds_text rounds_text_of(const char *string);

/// Whether there is a text, be it empty.
bool rounds_is_some(rounds_text text);

/// The text, or another where it is none.
rounds_text rounds_or(rounds_text text, rounds_text otherwise);

/// Whether two texts are the same; none is the same as none only.
bool rounds_same(rounds_text a, rounds_text b);

/// Whether a text is this C string.
bool rounds_is(rounds_text text, const char *string);

/// Whether a text starts with this C string.
bool rounds_starts_with(rounds_text text, const char *string);

/// What stands before the first such byte, and none where there is none of it. `rest`, unless NULL,
/// becomes what stands behind.
rounds_text rounds_before(rounds_text text, char byte, rounds_text *rest);

/// A text without the white space at its ends.
rounds_text rounds_trimmed(rounds_text text);

/// The whole number of these digits and nothing else, as far as `highest`; -1 where it is no such.
int64_t rounds_number_of(rounds_text digits, int64_t highest);

/// A whole number in digits.
rounds_text rounds_decimal(int64_t number);

/// A text as a C string of its own, cut at a NUL inside. None becomes "".
const char *rounds_c_string(rounds_text text);

/// These texts one after the other; ROUNDS_JOIN counts them.
rounds_text rounds_join(const rounds_text *parts, size_t count);

/// One segment of a path or one value of a query, percent-encoded: letters, digits and `-._~:,@$`
/// stay, as all of them may stand in either.
rounds_text rounds_encode(rounds_text text);

/// A short, stable fingerprint of these parts, 16 hexadecimal digits, for memos and versions;
/// ROUNDS_FINGERPRINT counts them.
///
/// It is FNV-1a of 64 bits, after each part its length, and never changes between versions of the
/// SDK. It tells two states of one record apart and nothing more: a value that one could guess
/// can be guessed from it.
rounds_text rounds_fingerprint(const rounds_text *parts, size_t count);

/// The number that rounds_fingerprint writes in digits: to add up where sets are compared.
uint64_t rounds_hash(const rounds_text *parts, size_t count);

/// Memory that lives until the call ends, filled with zeros. Never NULL.
void *rounds_alloc(size_t size);

/// The same for so many items of a size.
void *rounds_alloc_items(size_t count, size_t size);

/// Room for `count` of a type, filled with zeros, until the call ends.
#define rounds_new(type, count) ((type *)rounds_alloc_items((count), sizeof(type)))

/// Ends a call by hand: frees what was allocated and forgets the failure. For native tests, as the
/// host's calls end by themselves.
void rounds_end_call(void);

ROUNDS_END

#ifdef __cplusplus
#if __has_include(<string_view>)
#include <string_view>

/// A C++ text, which must last as long as this one. It is not copied.
inline rounds_text rounds_text_of(std::string_view text) { return {text.data(), text.size()}; }

/// As C++ has it; none is empty.
inline std::string_view rounds_view_of(rounds_text text) { return {text.at, text.length}; }
#endif

template <class... Texts> rounds_text ROUNDS_JOIN(Texts... texts) {
  const rounds_text parts[] = {texts...};
  return rounds_join(parts, sizeof...(texts));
}

template <class... Texts> rounds_text ROUNDS_FINGERPRINT(Texts... texts) {
  const rounds_text parts[] = {texts...};
  return rounds_fingerprint(parts, sizeof...(texts));
}
#else
#define ROUNDS_PARTS(...)                                                                          \
  (const rounds_text[]){__VA_ARGS__},                                                              \
      sizeof((const rounds_text[]){__VA_ARGS__}) / sizeof(rounds_text)

/// The texts given, one after the other.
#define ROUNDS_JOIN(...) rounds_join(ROUNDS_PARTS(__VA_ARGS__))

/// The fingerprint of the texts given.
#define ROUNDS_FINGERPRINT(...) rounds_fingerprint(ROUNDS_PARTS(__VA_ARGS__))
#endif

#endif
