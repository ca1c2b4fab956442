package main

import "rounds-sdk"

type Hello struct{} // The smallest connector: its EHR answers `GET /patients?since=…` with who changed since.

func (Hello) Describe() rounds.Manifest {
	updates := rounds.Feed("patients", "Patients", 1, "PatientAdmin.PatientUpdate")
	return rounds.NewManifest("hello", "0.1.0", "Tells which patients changed").WithActions(updates).WithRequests("GET /patients")
}

func (Hello) Poll(context rounds.Context, cursor *string) (rounds.Request, error) {
	return rounds.Get("/patients").Query("since", rounds.Or(cursor, context.Since)), nil
}

func (Hello) Changes(_ rounds.Context, _ *string, answer rounds.Response) (rounds.Page, error) {
	var said struct {
		Patients [][2]string
		Until    string
	}
	err := answer.Read(&said)
	page := rounds.Last(said.Until)
	for _, it := range said.Patients { // A version is all that this EHR says of a patient.
		page.Changes = append(page.Changes, rounds.Upserted(it[0], "{}").WithVersion(it[1]).WithContent(it[1]))
	}
	return page, err
}

func init() { rounds.Export(Hello{}) }
func main() {}
