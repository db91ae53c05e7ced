package api_test

import (
	"testing"

	"folkmoot/app/api"
	"folkmoot/app/api/apitest"
)

// jurisdiction has the shape of the program's own type.
type jurisdiction struct {
	ID    string   `json:"id"`
	Steps []string `json:"steps"`
}

// Whoever assesses a duty must be able to learn its steps first.
func TestProfilesCanBeRead(t *testing.T) {
	t.Parallel()
	c := apitest.New(t, nil, api.Profiles(map[string]jurisdiction{
		"wales": {ID: "wales", Steps: []string{"language"}}, "council": {ID: "council"},
	}))
	c.Get("/profiles").Want(200).Shows(`{"items":[{"id":"council","steps":[]},{"id":"wales","steps":["language"]}]}`)
	c.Get("/profiles/wales").Want(200).Shows("language")
	c.Get("/profiles/mars").Want(404)
}
