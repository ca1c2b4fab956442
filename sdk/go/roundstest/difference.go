package roundstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	rounds "rounds-sdk"
)

// parse is JSON as it is compared: numbers digit for digit.
func parse(text string) (value any) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return err.Error()
	}
	return value
}

// differences says where two values of JSON differ, and in what.
func differences(place string, wanted, got any) (found []string) {
	wantedFields, isObject := wanted.(map[string]any)
	gotFields, isAlso := got.(map[string]any)
	if !isObject || !isAlso {
		if !reflect.DeepEqual(wanted, got) {
			text := fmt.Sprintf("%s is %s, not %s", place, rounds.JSON(got), rounds.JSON(wanted))
			found = append(found, text)
		}
		return found
	}
	for name, value := range wantedFields {
		if _, has := gotFields[name]; has || value != nil || name == "data" {
			found = append(found, differences(place+"."+name, value, gotFields[name])...)
		} else {
			found = append(found, place+"."+name+" is missing")
		}
	}
	for name := range gotFields {
		if _, has := wantedFields[name]; !has {
			found = append(found, place+"."+name+" is not in the recording")
		}
	}
	return found
}

// failed says how an error differs from what a recording has: a case, or case and text.
func failed(wanted string, err error) string {
	var failure rounds.Failure
	got := ""
	if errors.As(err, &failure) {
		got = strings.ReplaceAll(failure.Case.String(), " ", "-")
	} else if err != nil {
		return err.Error()
	}
	wantedCase, text, hasText := strings.Cut(wanted, ": ")
	switch {
	case got != wantedCase && err == nil:
		return "did not fail as " + wanted
	case got != wantedCase || hasText && failure.Text != text:
		return fmt.Sprintf("failed: %v", err)
	}
	return ""
}
