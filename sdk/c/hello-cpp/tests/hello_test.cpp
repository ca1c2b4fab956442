/// The functions of the connector, called as the host calls them. In the project's folder:
///
///     cc -c vendor/rounds-sdk/rounds.c -o build/rounds.o
///     c++ @compile_flags.txt hello.cpp tests/hello_test.cpp build/rounds.o -o build/hello_test
///     build/hello_test
#include <cassert>
#include <cstdio>
#include <string>

#include "rounds.h"

namespace {

const rounds_page *changes(uint16_t status, const std::string &body) {
  rounds_response said{};
  said.status = status;
  said.body = rounds_text_of(body);
  said.is_text = true;
  return rounds_exported.changes(nullptr, rounds_none(), &said);
}

void asks_from_the_cursor_on() {
  rounds_context context{};
  context.since = rounds_text_of("2026-05-05T10:00:00Z");
  const rounds_request *first = rounds_exported.poll(&context, rounds_none());
  assert(rounds_view_of(first->target) == "/patients?since=2026-05-05T10:00:00Z");
}

void tells_who_changed() {
  const std::string body = R"({"patients":[["7","v1"]],"until":"8"})";
  const rounds_page *page = changes(200, body);
  assert(!rounds_failed() && page->count == 1 && !page->more);
  assert(rounds_view_of(page->first->id) == "7" && rounds_view_of(page->first->version) == "v1");
  assert(rounds_view_of(page->cursor) == "8");
}

void an_error_is_no_empty_page() {
  changes(200, R"({"error":"come back later"})");
  assert(rounds_failed() && rounds_failed()->kind == ROUNDS_UNEXPECTED_RESPONSE);
}

} // namespace

int main() {
  asks_from_the_cursor_on();
  tells_who_changed();
  an_error_is_no_empty_page();
  rounds_end_call();
  std::puts("hello: ok");
}
