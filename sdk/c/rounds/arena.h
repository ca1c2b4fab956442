/// The memory of one call, for the SDK's own files.
#ifndef ROUNDS_ARENA_H
#define ROUNDS_ARENA_H

#include <stddef.h>

/// Memory until the call ends, as it comes; room for one byte more than asked is always there.
void *rounds_arena_take(size_t size);

/// Gives back all that was taken, for the next call to take.
void rounds_arena_reset(void);

#endif
