/// The log of a connector, which is its stderr, and what of the C library ends there.
///
/// The contract has no import. A connector that logs or panics imports WASI's stderr, which every
/// host of Rounds links; of one that does neither the linker keeps nothing of this file. The C
/// library's own calls of WASI are answered here, so that printf and assert can be used, and what
/// asks for files, an environment or a clock fails to link: a connector has none.
#include <stdint.h>
#include <string.h>

#include "failure.h"

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define STREAMS "wasi:io/streams@0.2.0"

enum { LONGEST_WRITE = 4096 };

typedef struct written {
  uint8_t is_error;
  uint8_t error;
  int32_t handle;
} written;

typedef struct piece {
  const char *at;
  size_t length;
} piece;

IMPORT("wasi:cli/stderr@0.2.0", "get-stderr") int32_t get_stderr(void);
IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush")
void write_and_flush(int32_t stream, const char *at, size_t length, written *outcome);
IMPORT(STREAMS, "[resource-drop]output-stream") void drop_stream(int32_t stream);

static void write_stderr(const char *at, size_t length) {
  int32_t stream = get_stderr();
  while (length) {
    size_t part = length < LONGEST_WRITE ? length : LONGEST_WRITE;
    written outcome;
    write_and_flush(stream, at, part, &outcome);
    at += part;
    length -= part;
  }
  drop_stream(stream);
}

void rounds_log(const char *line) {
  rounds_text text = ROUNDS_JOIN(rounds_text_of(line), rounds_text_of("\n"));
  write_stderr(text.at, text.length);
}

/// Ends the guest. The host knows its last words by how their line begins.
static _Noreturn void end(rounds_text where, const char *words) {
  rounds_log(rounds_c_string(ROUNDS_JOIN(rounds_text_of("\npanicked at "), where,
                                         rounds_text_of(": "), rounds_text_of(words))));
  __builtin_trap();
}

void rounds_panic_at(const char *words, const char *file, int line) {
  end(ROUNDS_JOIN(rounds_text_of(file), rounds_text_of(":"), rounds_decimal(line)), words);
}

/// What a failed assert calls, as `rounds connector build` has it.
_Noreturn void rounds_assert_failed(const char *claim, const char *file, int line,
                                    const char *function) {
  (void)function;
  rounds_panic_at(claim, file, line);
}

/// What calls of abort become, as `rounds connector build` has it.
_Noreturn void rounds_aborted(void) { end(rounds_text_of("abort"), "it was called"); }

/// What the C++ library does in place of throwing, by its names in either ABI. Of its words the
/// pattern alone is told, as what stands in them may be a patient's. Weak, for Zig links its own.
#define VERBOSE_ABORT(namespace)                                                                   \
  __attribute__((weak)) _Noreturn void verbose_abort_##namespace(                                  \
      const char *pattern, ...) __asm__("_ZNSt3" #namespace "22__libcpp_verbose_abortEPKcz");      \
  _Noreturn void verbose_abort_##namespace(const char *pattern, ...) {                             \
    end(rounds_text_of("the C++ library"), pattern);                                               \
  }

VERBOSE_ABORT(__1)
VERBOSE_ABORT(__2)

// The C library's calls of WASI preview 1. Defined here, they are no imports. wasi-libc names them
// in the first way, what of it Zig has rewritten in the second.

#define PREVIEW1(name, ...)                                                                        \
  int32_t __imported_wasi_snapshot_preview1_##name(__VA_ARGS__);                                   \
  int32_t zig_##name(__VA_ARGS__) __asm__(#name "|wasi_snapshot_preview1")                         \
      __attribute__((weak, alias("__imported_wasi_snapshot_preview1_" #name)));                    \
  int32_t __imported_wasi_snapshot_preview1_##name(__VA_ARGS__)

enum { BAD_FILE = 8 };

PREVIEW1(fd_write, int32_t file, int32_t parts, int32_t count, int32_t total) {
  const piece *pieces = (const piece *)(uintptr_t)parts;
  size_t written = 0;
  for (int32_t i = 0; i < count; i++) {
    if (file == 2)
      write_stderr(pieces[i].at, pieces[i].length);
    written += pieces[i].length;
  }
  memcpy((void *)(uintptr_t)total, &written, sizeof written);
  return 0;
}

PREVIEW1(fd_close, int32_t file) {
  (void)file;
  return BAD_FILE;
}

PREVIEW1(fd_seek, int32_t file, int64_t offset, int32_t from, int32_t at) {
  (void)file, (void)offset, (void)from, (void)at;
  return BAD_FILE;
}

PREVIEW1(fd_fdstat_get, int32_t file, int32_t at) {
  (void)file, (void)at;
  return BAD_FILE;
}

_Noreturn void __imported_wasi_snapshot_preview1_proc_exit(int32_t status) {
  (void)status;
  end(rounds_text_of("exit"), "it was called");
}
