package rounds

// Some is a pointer to a value: what is there, where nil is what is absent.
func Some[T any](value T) *T { return &value }

// Or is the value pointed to, or another where there is none.
func Or[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}
