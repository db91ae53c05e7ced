package web

import (
	"context"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"folkmoot/app/charts"
	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

type drawPage struct {
	story
	Draws   []drawShown
	Compare template.HTML
	Places  []seated // what was looked up by pseudonym
	Find    string
	Asked   []recruitment.InviteeDrawView
	Swaps   []recruitment.PublicReplacement
	Eased   []recruitment.Easing
	Drawn   bool
}

// drawShown is a draw with its steps in words.
type drawShown struct {
	recruitment.DrawView
	Seed      string
	Witnesses []string
	Beacon    uint64
	Least     string // chances, in words
	Most      string
	Chances   template.HTML
	Ring      template.HTML
	Saved     float64 // percent of the expected loss that the reserves spare
}

// seated is what the certificate says of one pseudonym.
type seated struct {
	recruitment.Place
	Number int // of the draw
	OneIn  string
}

// publicDraw is the page by which anybody can check the draw.
func (s Services) publicDraw(ctx context.Context, r *Request) (Reply, error) {
	st, err := s.tell(ctx, r.Param("code"))
	if err != nil {
		return Reply{}, err
	}
	page := drawPage{story: st, Find: strings.TrimSpace(r.Query.Get("name")), Eased: st.Settings.Eased}
	if page.Asked, err = s.Recruitment.PublicInvitees(ctx, st.P.ID); err != nil {
		return Reply{}, err
	}
	if len(st.Draws) == 0 {
		return Show("public/draw", "The draw", page), nil
	}
	for _, d := range st.Draws {
		shown := shownDraw(d)
		if shown.State == recruitment.DrawConcluded {
			page.Drawn, shown.Ring = true, charts.Ring(d.Size)
			if shown.Chances, err = s.chancesChart(ctx, public, st.P.ID, d); err != nil {
				return Reply{}, err
			}
		}
		page.Draws = append(page.Draws, shown)
	}
	page.Compare = comparison(st.Table.Table, st.Draws[len(st.Draws)-1].Size).HTML()
	if page.Swaps, err = s.Recruitment.PublicReplacements(ctx, st.P.ID); err != nil {
		return Reply{}, err
	}
	if err := s.findPlaces(ctx, &page); err != nil {
		return Reply{}, err
	}
	return Show("public/draw", "The draw: "+st.P.Name, page).KeptFor(shortly), nil
}

// findPlaces looks the name that was asked for up in every concluded draw.
func (s Services) findPlaces(ctx context.Context, page *drawPage) error {
	if page.Find == "" {
		return nil
	}
	for _, d := range page.Draws {
		p, err := s.Recruitment.FindPlace(ctx, page.P.ID, d.ID, page.Find)
		if err == nil {
			page.Places = append(page.Places, seated{Place: p, Number: d.Number, OneIn: oneIn(p.Exact)})
		} else if unless(err) != nil {
			return err
		}
	}
	return nil
}

// publicAsked is the certificate of a draw of those who were asked.
func (s Services) publicAsked(ctx context.Context, r *Request) (Reply, error) {
	p, err := s.Process.Public(ctx, upper(r.Param("code")))
	if err != nil {
		return Reply{}, err
	}
	draws, err := s.Recruitment.PublicInvitees(ctx, p.ID)
	if err != nil {
		return Reply{}, err
	}
	return inviteeFile(draws, r.Param("draw"))
}

func shownDraw(d recruitment.DrawView) drawShown {
	out := drawShown{DrawView: d}
	if d.Seed != nil {
		out.Seed, out.Witnesses = d.Seed.Value, d.Seed.Witnesses
		if d.Seed.Beacon != nil {
			out.Beacon = d.Seed.Beacon.Round
		}
	}
	if d.State == recruitment.DrawConcluded {
		out.Least, out.Most = oneIn(d.Summary.LotteryMinimum), oneIn(d.Summary.LotteryMaximum)
	}
	if d.Spared != nil && d.Spared.Without > 0 {
		out.Saved = 100 * (1 - d.Spared.With/d.Spared.Without)
	}
	return out
}

// oneIn writes a chance such as 91/1000 as people say it: 1 in 11.
func oneIn(fraction string) string { return charts.OneIn(fraction) }

// certificate is the public certificate of a draw, to keep and check.
func (s Services) certificate(ctx context.Context, r *Request) (Reply, error) {
	p, err := s.Process.Public(ctx, upper(r.Param("code")))
	if err != nil {
		return Reply{}, err
	}
	draws, err := s.Recruitment.PublicDraws(ctx, p.ID)
	if err != nil {
		return Reply{}, err
	}
	for _, d := range draws {
		if d.ID != r.Param("draw") {
			continue
		}
		raw, err := s.Recruitment.Certificate(ctx, p.ID, d.ID)
		return Send("application/json", fmt.Sprintf("draw-%s-%d.json", p.Code, d.Number), raw), err
	}
	return Reply{}, domain.Hidden("draw")
}

// CertificateURL is where a draw's certificate is fetched.
func (st story) CertificateURL(draw string) string {
	return "/d/" + url.PathEscape(st.P.Code) + "/certificate/" + url.PathEscape(draw)
}

// AskedURL is where the certificate of a draw of those asked is fetched.
func (st story) AskedURL(draw string) string {
	return "/d/" + url.PathEscape(st.P.Code) + "/asked/" + url.PathEscape(draw)
}
