#include "text.h"

#include <string.h>

#include "arena.h"

rounds_text rounds_none(void) { return (rounds_text){NULL, 0}; }

rounds_text rounds_text_of(const char *string) {
  return (rounds_text){string, string ? strlen(string) : 0};
}

bool rounds_is_some(rounds_text text) { return text.at != NULL; }

rounds_text rounds_or(rounds_text text, rounds_text otherwise) {
  return text.at ? text : otherwise;
}

bool rounds_same(rounds_text a, rounds_text b) {
  if (!a.at || !b.at)
    return a.at == b.at;
  return a.length == b.length && memcmp(a.at, b.at, a.length) == 0;
}

bool rounds_is(rounds_text text, const char *string) {
  return rounds_same(text, rounds_text_of(string));
}

bool rounds_starts_with(rounds_text text, const char *string) {
  size_t length = strlen(string);
  return text.at && text.length >= length && memcmp(text.at, string, length) == 0;
}

rounds_text rounds_before(rounds_text text, char byte, rounds_text *rest) {
  const char *found = text.at ? memchr(text.at, byte, text.length) : NULL;
  if (!found)
    return rounds_none();
  size_t length = (size_t)(found - text.at);
  if (rest)
    *rest = (rounds_text){found + 1, text.length - length - 1};
  return (rounds_text){text.at, length};
}

static bool is_space(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

rounds_text rounds_trimmed(rounds_text text) {
  while (text.length && is_space(text.at[0]))
    text = (rounds_text){text.at + 1, text.length - 1};
  while (text.length && is_space(text.at[text.length - 1]))
    text.length--;
  return text;
}

int64_t rounds_number_of(rounds_text digits, int64_t highest) {
  int64_t number = 0;
  for (size_t i = 0; i < digits.length; i++) {
    int digit = digits.at[i] - '0';
    if (digit < 0 || digit > 9 || number > (highest - digit) / 10)
      return -1;
    number = number * 10 + digit;
  }
  return digits.length ? number : -1;
}

rounds_text rounds_decimal(int64_t number) {
  enum { LONGEST = 20 };
  char *end = (char *)rounds_arena_take(LONGEST) + LONGEST, *at = end;
  uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
  do
    *--at = (char)('0' + left % 10);
  while (left /= 10);
  if (number < 0)
    *--at = '-';
  return (rounds_text){at, (size_t)(end - at)};
}

const char *rounds_c_string(rounds_text text) {
  char *string = rounds_arena_take(text.length);
  if (text.length)
    memcpy(string, text.at, text.length);
  string[text.length] = 0;
  return string;
}

rounds_text rounds_join(const rounds_text *parts, size_t count) {
  size_t length = 0;
  for (size_t i = 0; i < count; i++)
    if (__builtin_add_overflow(length, parts[i].length, &length))
      __builtin_trap();
  char *joined = rounds_arena_take(length), *at = joined;
  for (size_t i = 0; i < count; i++) {
    if (parts[i].length)
      memcpy(at, parts[i].at, parts[i].length);
    at += parts[i].length;
  }
  return (rounds_text){joined, length};
}

static bool stays(unsigned char byte) {
  bool is_letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
  bool is_digit = byte >= '0' && byte <= '9';
  return is_letter || is_digit || (byte && strchr("-._~:,@$", byte));
}

rounds_text rounds_encode(rounds_text text) {
  static const char digits[] = "0123456789ABCDEF";
  char *encoded = rounds_alloc_items(text.length, 3), *at = encoded;
  for (size_t i = 0; i < text.length; i++) {
    unsigned char byte = (unsigned char)text.at[i];
    if (stays(byte)) {
      *at++ = (char)byte;
      continue;
    }
    *at++ = '%';
    *at++ = digits[byte >> 4];
    *at++ = digits[byte & 15];
  }
  return (rounds_text){encoded, (size_t)(at - encoded)};
}

static uint64_t add_byte(uint64_t hash, unsigned char byte) {
  return (hash ^ byte) * 0x100000001b3;
}

static uint64_t add_part(uint64_t hash, rounds_text part) {
  for (size_t i = 0; i < part.length; i++)
    hash = add_byte(hash, (unsigned char)part.at[i]);
  for (int shift = 0; shift < 64; shift += 8)
    hash = add_byte(hash, (unsigned char)((uint64_t)part.length >> shift));
  return hash;
}

uint64_t rounds_hash(const rounds_text *parts, size_t count) {
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < count; i++)
    hash = add_part(hash, parts[i]);
  return hash;
}

rounds_text rounds_fingerprint(const rounds_text *parts, size_t count) {
  enum { DIGITS = 16 };
  uint64_t hash = rounds_hash(parts, count);
  char *digits = rounds_arena_take(DIGITS);
  for (int i = DIGITS - 1; i >= 0; i--, hash >>= 4)
    digits[i] = "0123456789abcdef"[hash & 15];
  return (rounds_text){digits, DIGITS};
}
