package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"folkmoot/app/highs"
	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/scripts/demo"
)

// TestTheDemonstration plays the whole jury through the doors of a server of
// its own and reads the published figures back from the API.
func TestTheDemonstration(t *testing.T) {
	if testing.Short() {
		t.Skip("the demonstration takes long; run without -short")
	}
	if _, err := highs.New("").Version(); errors.Is(err, highs.ErrAssets) {
		t.Skip(err)
	}
	t.Parallel()
	var out, problems bytes.Buffer
	st := &streams{in: strings.NewReader(""), out: &out, err: &problems}
	c := &demoCmd{Exit: true, Listen: "127.0.0.1:0", Seed: 2018}
	cfg, err := c.settings(st, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var played error
	err = serve(ctx, cfg, quiet(st), func(h *house) {
		go func() {
			defer stop()
			played = playAndCheck(ctx, t, h, &out)
		}()
	})
	if err := errors.Join(played, err); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out.String(), problems.String())
	}
	rest := out.String()
	for _, words := range []string{
		"THE PROMISE", "THE INVITATION", "THE DRAW", "THE SITTING", "THE REPORT", "THE RESPONSE",
		"THE CHAIN OF ONE RECOMMENDATION", "evidence  ", "ballot  ", "response  ", "action  ", "proof  ", "told  ", "the record holds",
	} {
		_, after, found := strings.Cut(rest, words)
		if !found {
			t.Fatalf("%q is missing or does not stand in its order:\n%s", words, out.String())
		}
		rest = after
	}
}

func playAndCheck(ctx context.Context, t *testing.T, h *house, out *bytes.Buffer) error {
	doors, err := h.doors(ctx)
	if err != nil {
		return err
	}
	p, err := demo.Play(ctx, demo.Options{Doors: doors, Out: out, Seed: 2018})
	if err != nil {
		return err
	}
	cmd := domain.Command{Actor: domain.SystemActor("test"), Key: "figures"}
	token, err := h.access.MakeToken(ctx, cmd, access.TokenInput{User: p.Staff, Name: "figures"})
	if err != nil {
		return err
	}
	var draws struct {
		Draws []struct{ Pool, Size, Replacements int }
	}
	if err := readJSON(ctx, doors.URL+"/api/v1/processes/"+p.Process+"/draws", token.Token, &draws); err != nil {
		return err
	}
	if len(draws.Draws) != 1 || draws.Draws[0] != struct{ Pool, Size, Replacements int }{218, 18, 3} {
		t.Errorf("got draws %+v, want one of 218 people for 18 seats with 3 replacements", draws.Draws)
	}
	return nil
}

// readJSON reads a resource of the API.
func readJSON(ctx context.Context, url, token string, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(url + " answers " + resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(v)
}
