/// A request for the host to send, and what the EHR answered.
#ifndef ROUNDS_EXCHANGE_H
#define ROUNDS_EXCHANGE_H

#include "json.h"
#include "text.h"

ROUNDS_BEGIN

/// A header; its name in lower case.
typedef struct rounds_header {
  rounds_text name;
  rounds_text value;
} rounds_header;

/// How a request asks: it reads, or it reads by a search whose arguments are a body.
typedef enum rounds_method { ROUNDS_GET, ROUNDS_POST } rounds_method;

/// A request for the host to send. Credentials, `host` and `content-length` are the host's to add.
typedef struct rounds_request {
  rounds_method method;
  /// Path and query under the connection's base URL, or a whole URL that it allows.
  rounds_text target;
  const rounds_header *headers;
  size_t header_count;
  /// None for no body.
  rounds_text body;
} rounds_request;

/// What the EHR answered, whatever its status.
typedef struct rounds_response {
  uint16_t status;
  const rounds_header *headers;
  size_t header_count;
  /// After decompression.
  rounds_text body;
  /// Whether the body is UTF-8; it is any bytes otherwise.
  bool is_text;
} rounds_response;

/// A GET of this target.
rounds_request *rounds_get(const char *target);

/// A GET of a target that is a link, as rounds_resolve_link makes it.
rounds_request *rounds_get_link(rounds_text link);

/// A POST to this target, still without a body.
rounds_request *rounds_post(const char *target);

/// Adds a segment to the path, encoded: `rounds_segment(rounds_get("/patient"), id)`.
rounds_request *rounds_segment(rounds_request *request, rounds_text segment);

/// Adds `name=value` to the query, both encoded. The name may repeat.
rounds_request *rounds_query(rounds_request *request, const char *name, rounds_text value);

/// Adds a header.
rounds_request *rounds_add_header(rounds_request *request, const char *name, rounds_text value);

/// Sets a body of this media type.
rounds_request *rounds_body(rounds_request *request, const char *media_type, rounds_text body);

/// The first header of this name, which is to be in lower case.
rounds_text rounds_header_of(const rounds_response *response, const char *name);

/// The answer itself, where its status is 2xx and it is no web page. Else NULL, and the call fails:
/// 401 and 403 are unauthorized, 429 is throttled, 408 and 5xx are unavailable; all else is an
/// unexpected response, as is HTML, which is what a sign-in page or a proxy answers. Statuses that
/// mean something to a connector are for it to look at first: a 404 of one record, a 204 where it
/// says that nothing changed, a 202 where it says that an answer is not ready yet. The last two
/// have no JSON.
const rounds_response *rounds_ok(const rounds_response *response);

/// The body as text, without the mark that UTF-8 may begin with. Where it is no UTF-8, the call
/// fails with the media type that came.
rounds_text rounds_body_text(const rounds_response *response);

/// The body read as JSON, or NULL, and the call fails; of what is no JSON at all with status and
/// media type.
const rounds_json *rounds_body_json(const rounds_response *response);

ROUNDS_END

#endif
