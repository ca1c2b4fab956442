package rounds

// deepest is how deep JSON may be nested: Go's own limit is ten thousand, and long before that a
// component's stack ends, which no program survives.
const deepest = 500

// isDeep tells whether JSON is nested deeper than that. It is asked before anything reads the text,
// so it makes nothing of what is no JSON.
func isDeep(text []byte) bool {
	depth := 0
	for i := 0; i < len(text) && depth <= deepest; i++ {
		switch text[i] {
		case '"':
			i += stringEnd(text[i+1:])
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
	}
	return depth > deepest
}
