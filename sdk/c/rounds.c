/// The SDK in one piece: compile this file along with the connector's.
#include "rounds/ahead.c"
#include "rounds/arena.c"
#include "rounds/change.c"
#include "rounds/connector.c"
#include "rounds/epoch.c"
#include "rounds/exchange.c"
#include "rounds/failure.c"
#include "rounds/json.c"
#include "rounds/link.c"
#include "rounds/manifest.c"
#include "rounds/model.c"
#include "rounds/parse.c"
#include "rounds/step.c"
#include "rounds/text.c"
#include "rounds/time.c"
#include "rounds/write.c"

#ifdef __wasm__
#include "rounds/abi.c"
#include "rounds/wasi.c"
#endif
