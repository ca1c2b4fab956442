package rounds

import "rounds-sdk/internal/canonical"

// The sizes of the contract's records, as the canonical ABI lays them out.
const (
	headerSize   = 16
	responseSize = 24
)

func readContext(r *canonical.Reader) Context {
	return Context{
		Action: r.Text(), Settings: r.Text(), BaseURL: r.Text(), AllowOrigins: r.Texts(),
		Since: r.Text(), Now: r.Text(),
		Interrupted: r.Bool(), Listing: r.Bool(), Silent: r.Bool(), LastTry: r.Bool(),
	}
}

func readHeader(r *canonical.Reader) Header { return Header{Name: r.Text(), Value: r.Text()} }

// readResponse reads a record that ends with its body: text or bytes, which Go does not tell apart.
func readResponse(r *canonical.Reader) Response {
	status, headers := r.U16(), canonical.ReadList(r, headerSize, readHeader)
	r.U8()
	return Response{Status: status, Headers: headers, Body: r.Bytes()}
}

func readChange(r *canonical.Reader) Change {
	return Change{
		ID: r.Text(), Kind: ChangeKind(r.U8()), Version: r.OptionalText(), Content: r.OptionalText(),
		Key: r.OptionalText(), OccurredAt: r.OptionalText(), Data: r.Text(),
	}
}
