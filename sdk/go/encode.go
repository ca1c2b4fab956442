package rounds

import "strings"

// unreserved may stand in a path as well as in a query.
const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:,@$"

// Encode is one segment of a path or one value of a query, percent-encoded: letters, digits and
// -._~:,@$ stay. (The ways of net/url differ between the two, and from other languages' SDKs.)
func Encode(text string) string {
	const digits = "0123456789ABCDEF"
	var encoded strings.Builder
	for i := range len(text) {
		if b := text[i]; strings.IndexByte(unreserved, b) >= 0 {
			encoded.WriteByte(b)
		} else {
			encoded.Write([]byte{'%', digits[b>>4], digits[b&15]})
		}
	}
	return encoded.String()
}
