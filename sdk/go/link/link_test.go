package link

import (
	"testing"

	rounds "rounds-sdk"
)

const base = "https://ehr.example/fhir"

func TestLinksAreMadeWhole(t *testing.T) {
	for link, wanted := range map[string]string{
		"https://ehr.example/fhir?_getpages=1": "https://ehr.example/fhir?_getpages=1",
		"HTTPS://EHR.example/fhir/A?p=2":       "HTTPS://EHR.example/fhir/A?p=2",
		"//ehr.example/fhir/A":                 "https://ehr.example/fhir/A",
		"/fhir/A?p=2":                          "https://ehr.example/fhir/A?p=2",
		"?p=2":                                 "https://ehr.example/fhir/A?p=2",
		"A?p=2":                                "https://ehr.example/fhir/A?p=2",
	} {
		if got, err := Resolve(base, "/A", link); got != wanted {
			t.Errorf("%s: %s, %v", link, got, err)
		}
	}
}

func TestLinksThatLeadAwayAreRefused(t *testing.T) {
	for _, link := range []string{
		"https://evil.example/fhir/A", "https://ehr.example.evil.example/fhir/A",
		"https://ehr.example@evil.example/fhir", "http://ehr.example/fhir/A",
		"https://ehr.example/fhir-other/A", "/admin", "//evil.example/fhir",
	} {
		if got, err := Resolve(base, "/A", link); err == nil {
			t.Errorf("%s became %s", link, got)
		}
	}
}

func TestTheNextLinkIsFoundInHeaders(t *testing.T) {
	answer := rounds.Response{Headers: []rounds.Header{{Name: "date", Value: "<x>; rel=next"}}}
	if got, found := Next(answer); found {
		t.Error(got)
	}
	value := `</a?p=1>; rel=prev, </a?p=3>; rel="next"`
	answer.Headers = append(answer.Headers, rounds.Header{Name: "link", Value: value})
	if got, _ := Next(answer); got != "/a?p=3" {
		t.Error(got)
	}
}
