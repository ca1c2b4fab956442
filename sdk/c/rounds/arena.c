/// The memory of one call: chunks, filled from the front and emptied together.
///
/// A chunk stays for the calls to come, so an instance that has seen its largest answer never grows
/// again. On WebAssembly chunks are pages of the memory itself, beside what malloc has of it.
#include "arena.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { ARENA_ALIGNMENT = 16, PAGE = 64 * 1024 };

typedef struct chunk {
  struct chunk *next;
  size_t size;
  size_t used;
  _Alignas(ARENA_ALIGNMENT) char bytes[];
} chunk;

static chunk *first, *current;

/// Out of memory: the host's limit ends a connector before this is reached.
static _Noreturn void give_up(void) { __builtin_trap(); }

static chunk *pages(size_t count) {
#ifdef __wasm__
  size_t before = __builtin_wasm_memory_grow(0, count);
  return before == SIZE_MAX ? NULL : (chunk *)(before * PAGE);
#else
  return malloc(count * PAGE);
#endif
}

/// A chunk that is twice as large as the last, or large enough, behind the current one.
static chunk *make_chunk(size_t wanted) {
  size_t size = current ? current->size * 2 : PAGE;
  size = size > wanted + sizeof(chunk) ? size : wanted + sizeof(chunk);
  size_t count = (size + PAGE - 1) / PAGE;
  chunk *made = pages(count);
  if (!made)
    give_up();
  *made = (chunk){.next = current ? current->next : NULL, .size = count * PAGE - sizeof(chunk)};
  if (current)
    current->next = made;
  else
    first = made;
  return made;
}

static chunk *chunk_for(size_t wanted) {
  chunk *it = current;
  while (it && it->size - it->used < wanted)
    it = it->next;
  return it ? it : make_chunk(wanted);
}

void *rounds_arena_take(size_t size) {
  if (size > SIZE_MAX / 4)
    give_up();
  size_t rounded = (size + ARENA_ALIGNMENT) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
  current = chunk_for(rounded);
  void *taken = current->bytes + current->used;
  current->used += rounded;
  return taken;
}

void rounds_arena_reset(void) {
  for (chunk *it = first; it; it = it->next)
    it->used = 0;
  current = first;
}

void *rounds_alloc(size_t size) { return memset(rounds_arena_take(size), 0, size); }

void *rounds_alloc_items(size_t count, size_t size) {
  if (size && count > SIZE_MAX / 4 / size)
    give_up();
  return rounds_alloc(count * size);
}
