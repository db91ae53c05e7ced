package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// browser is a juror's browser: it opens addresses, keeps its cookie and
// sends the forms of the pages it sees, as they are.
type browser struct {
	ctx  context.Context // of the play
	http *http.Client
	base string
	page string // that it shows now
}

var (
	ownLink  = regexp.MustCompile(`\S+(/in/[A-Za-z0-9_-]+)`)
	voteLink = regexp.MustCompile(`href="(/me/ballots/[a-z0-9]+)"`)
	formKey  = regexp.MustCompile(`name="_key" value="([^"]+)"`)
)

// signIn opens the juror's own page by the link that was texted to them.
func (p *play) signIn(number string) (*browser, error) {
	texts := p.handset(number)
	for i := len(texts) - 1; i >= 0; i-- {
		found := ownLink.FindStringSubmatch(texts[i].str("body"))
		if found == nil {
			continue
		}
		jar, err := cookiejar.New(nil)
		if err != nil {
			return nil, err
		}
		b := &browser{ctx: p.ctx, http: &http.Client{Jar: jar, Transport: p.c.http.Transport}, base: p.URL}
		path := strings.TrimSuffix(found[1], ".")
		if err := b.open(path); err != nil {
			return nil, err
		}
		return b, b.send(path, url.Values{})
	}
	return nil, errors.New("no text on this phone holds a link to a page of its own")
}

// open shows a page.
func (b *browser) open(path string) error {
	req, err := http.NewRequestWithContext(b.ctx, http.MethodGet, b.base+path, nil)
	if err != nil {
		return err
	}
	return b.show(req)
}

// send sends a form of the page that is shown, under that page's key.
func (b *browser) send(path string, form url.Values) error {
	if key := formKey.FindStringSubmatch(b.page); key != nil {
		form.Set("_key", key[1])
	}
	req, err := http.NewRequestWithContext(b.ctx, http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", b.base)
	return b.show(req)
}

func (b *browser) show(req *http.Request) error {
	req.Header.Set("Accept", "text/html")
	resp, err := b.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if b.page = string(content); resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the page %s was answered %d", req.URL.Path, resp.StatusCode)
	}
	return nil
}

// votesByPage lets the first jurors vote on their own pages and answers how
// many of them the page then says have voted.
func (p *play) votesByPage(numbers []string, questions int) int {
	in := 0
	for n, number := range numbers {
		b, err := p.signIn(number)
		p.check(err)
		p.check(b.open("/me"))
		found := voteLink.FindStringSubmatch(b.page)
		if found == nil {
			panic(stop{errors.New("a juror's page does not lead to the open ballot")})
		}
		p.check(b.open(found[1]))
		form := url.Values{}
		for q := range questions {
			form.Set(fmt.Sprintf("q%d", q+1), []string{"yes", "no"}[min((n+q)%3/2, 1)])
		}
		p.check(b.send(found[1], form))
		if strings.Contains(b.page, "Your vote is in") {
			in++
		}
	}
	return in
}

// publicFigure is a figure as the public page of the jury shows it.
func (p *play) publicFigure(what string) string {
	b := &browser{ctx: p.ctx, http: p.c.http, base: p.URL}
	p.check(b.open("/p/" + p.code))
	found := regexp.MustCompile(`<span class="fm-figure">([^<]*)</span> ` + regexp.QuoteMeta(what)).FindStringSubmatch(b.page)
	if found == nil {
		return "it shows no such figure yet"
	}
	return found[1] + " " + what
}
