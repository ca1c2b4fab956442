package rounds

import (
	"encoding/json"
	"testing"
)

func TestMembersAreThoseThatEncodingJSONFinds(t *testing.T) {
	for _, text := range []string{
		`{}`, ` { } `, `{"a":1}`, "\n{ \"a\" : [ 1 , {\"b\":\"]}\"} ] ,\t\"c\":-1.5e3 , \"d\" : null}\r\n",
		`{"a\"}":"\\","\u00e9\\":"\\\"{[","":{"":{}},"t":true,"f":[],"s":""}`, `[{"a":1}]`, `"{"`, `7`,
	} {
		var wanted map[string]json.RawMessage
		json.Unmarshal([]byte(text), &wanted)
		found := members([]byte(text))
		if len(found) != len(wanted) {
			t.Errorf("%s: %d members, not %d", text, len(found), len(wanted))
		}
		for _, member := range found {
			if value := wanted[member.name]; string(value) != string(member.value) {
				t.Errorf("%s: %s is %s, not %s", text, member.name, member.value, value)
			}
		}
	}
}

func FuzzMembers(f *testing.F) {
	f.Add(`{"a":[1,{"b":"]}"}],"c":"\\\""}`)
	f.Fuzz(func(t *testing.T, text string) {
		var wanted map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &wanted) != nil {
			return
		}
		last := map[string]string{}
		for _, member := range members([]byte(text)) {
			last[member.name] = string(member.value)
		}
		for name, value := range wanted {
			if last[name] != string(value) {
				t.Errorf("%q: %q is %q, not %q", text, name, last[name], value)
			}
		}
	})
}
