package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"folkmoot/domain/deliberation"
)

// ballotForm asks what a ballot is about.
func (s Services) ballotForm(ctx context.Context, r *Request, d desk, b deliberation.BallotView, all []deliberation.BallotView) (form, error) {
	recs, err := s.Deliberation.Recommendations(ctx, r.Actor, d.P.ID)
	if err != nil {
		return form{}, unless(err)
	}
	var asked, choices, options []string
	kind, text := "single_choice", ""
	for _, q := range b.Questions {
		if q.Kind == deliberation.YesNoQuestion {
			asked = append(asked, q.Recommendation)
			continue
		}
		text, kind = q.Text, string(q.Kind)
		for _, o := range q.Options {
			options = append(options, o.Label)
		}
	}
	for _, x := range recs {
		if x.State == deliberation.RecFinal || slices.Contains(asked, x.ID) {
			choices = append(choices, x.ID, x.Title)
		}
	}
	secret := "yes"
	if !b.Secret {
		secret = "no"
	}
	zone := d.Zone()
	f := form{Fields: []formField{
		input("number", "Number", "Counts from 1.", fmt.Sprint(b.Number)).typedAs("number"),
		input("title", "What it is called", "Such as: What we recommend.", b.Title),
		radios("secret", "Is it secret?", "In a secret ballot nobody, not even we, can tell who voted how.", secret, "yes", "Yes: nothing joins a vote to who cast it", "no", "No: votes are by name"),
	}, Intro: "Members answer yes, no or abstain to each recommendation whose wording they made final."}
	if len(choices) > 0 {
		f.Fields = append(f.Fields, boxes("recommendations", "Recommendations to vote on", "", asked, choices...))
	} else {
		f.Intro += " No wording is final yet."
	}
	f.Fields = append(f.Fields,
		input("choice", "A question with several options", "May stay empty.", text),
		radios("kind", "How members choose among the options", "", kind, "single_choice", "One option", "ranked", "In the order they prefer"),
		area("options", "The options, one per line", "At least two, if there is such a question.", strings.Join(options, "\n")),
		input("closes_day", "Closes by itself on", "May stay empty: then you close it.", local(b.ClosesAt, zone, "2006-01-02")).typedAs("date"),
		input("closes_at", "At", "Such as 17:00.", local(b.ClosesAt, zone, "15:04")).typedAs("time"),
	)
	if earlier := conditions(b.ID, all); len(earlier) > 2 {
		chosen := ""
		if b.Condition != nil {
			chosen = b.Condition.Ballot + "|" + b.Condition.Question + "|" + b.Condition.Outcome
		}
		f.Fields = append(f.Fields, selects("condition", "Held only if an earlier ballot comes out like this", "", chosen, earlier...))
	}
	return f, nil
}

// conditions are the outcomes of other ballots that one may wait for.
func conditions(but string, all []deliberation.BallotView) []string {
	out := []string{"", "It is held in any case"}
	for _, b := range all {
		if b.ID == but || b.State == deliberation.BallotWithdrawn || b.State == deliberation.BallotNotNeeded {
			continue
		}
		for _, q := range b.Questions {
			at := b.ID + "|" + q.ID + "|"
			if q.Kind == deliberation.YesNoQuestion {
				out = append(out, at+"passed", q.Text+" passed", at+"not_passed", q.Text+" did not pass")
			}
			for _, o := range q.Options {
				out = append(out, at+o.ID, q.Text+" "+o.Label)
			}
		}
	}
	return out
}

// ballotOf reads the form of a ballot.
func ballotOf(in typed) (deliberation.BallotInput, error) {
	b := deliberation.BallotInput{Number: in.whole("number"), Title: in.text("title"), Open: in.text("secret") == "no", ClosesAt: in.moment("closes_day", "closes_at")}
	for _, id := range in.f["recommendations"] {
		b.Questions = append(b.Questions, deliberation.Question{Kind: deliberation.YesNoQuestion, Recommendation: id, Text: "-"})
	}
	options := in.lines("options")
	if text := in.text("choice"); text != "" || len(options) > 0 {
		q := deliberation.Question{Text: text, Kind: deliberation.QuestionKind(in.text("kind"))}
		for i, o := range options {
			q.Options = append(q.Options, deliberation.Option{ID: optionLetter(i), Label: o})
		}
		b.Questions = append(b.Questions, q)
	}
	if parts := strings.Split(in.text("condition"), "|"); len(parts) == 3 {
		b.Condition = &deliberation.Condition{Ballot: parts[0], Question: parts[1], Outcome: parts[2]}
	}
	return b, in.p.Err()
}

// optionLetter names options a, b, c and on.
func optionLetter(i int) string {
	if i < 26 {
		return string(rune('a' + i))
	}
	return fmt.Sprintf("o%d", i)
}

// askedFor names each question on a recommendation by its title.
func (s Services) askedFor(ctx context.Context, r *Request, process string, b *deliberation.BallotInput) error {
	for i, q := range b.Questions {
		if q.Recommendation == "" {
			continue
		}
		x, err := s.Deliberation.Recommendation(ctx, r.Actor, process, q.Recommendation)
		if err != nil {
			return err
		}
		b.Questions[i].Text = x.Title
	}
	return nil
}

// draftBallot begins a ballot.
func (s Services) draftBallot(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	in, err := ballotOf(d.typedIn(r))
	if err == nil {
		err = s.askedFor(ctx, r, d.P.ID, &in)
	}
	var b deliberation.BallotView
	if err == nil {
		b, err = s.Deliberation.DraftBallot(ctx, r.Command(), d.P.ID, in)
	}
	return done(r, renamed(err, ballotField), d.URL("/ballots/"+b.ID), func() (Reply, error) { return s.ballots(ctx, r) })
}

// changeBallot replaces a draft; members agree to it anew.
func (s Services) changeBallot(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	id := r.Param("ballot")
	in, err := ballotOf(d.typedIn(r))
	if err == nil {
		err = s.askedFor(ctx, r, d.P.ID, &in)
	}
	if err == nil {
		_, err = s.Deliberation.ChangeBallot(ctx, r.Command(), d.P.ID, id, in)
	}
	return done(r, renamed(err, ballotField), d.URL("/ballots/"+url.PathEscape(id)), func() (Reply, error) { return s.ballot(ctx, r) })
}
