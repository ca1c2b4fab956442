package main

import (
	"testing"

	"rounds-sdk/roundstest"
)

func TestExchanges(t *testing.T) { roundstest.Play(t, Hello{}, "exchanges") }
