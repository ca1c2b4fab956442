package rounds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// The characters that encoding/json writes as escapes, whatever it is told. JSON needs none of
// them, and the notifications of connectors in all languages are to be the same bytes.
var unescaped = strings.NewReplacer(
	`\\`, `\\`, // so that what follows a backslash of the text itself is left alone
	`\u2028`, "\u2028", `\u2029`, "\u2029", `\ufffd`, "\ufffd",
)

// JSON is a value as compact JSON text, with nothing escaped but quotes, backslashes and control
// characters. It panics on what JSON cannot hold, as a channel.
func JSON(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(Internal(fmt.Sprintf("%T is no JSON", value)))
	}
	return unescaped.Replace(strings.TrimSuffix(text.String(), "\n"))
}
