package main

import (
	"encoding/json"
	"rounds-sdk"
)

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
		Patients []json.RawMessage
		Until    string
	}
	err := answer.Read(&said)
	if err != nil {
		return rounds.Page{}, err
	}
	return rounds.Last(said.Until).ReadEach("patients", said.Patients, changeOf)
}

func changeOf(record string) (rounds.Change, error) {
	var pair [2]string
	err := rounds.ReadJSON(record, &pair)
	return rounds.Upserted(pair[0], "{}").WithVersion(pair[1]), err
}

func init() { rounds.Export(Hello{}) }
func main() {}
