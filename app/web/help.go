package web

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"regexp"
	"strings"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"folkmoot/domain"
)

//go:embed help/*.md
var guides embed.FS

// guide is a help page, made from Markdown.
type guide struct {
	Title string
	Body  template.HTML
}

var topicShape = regexp.MustCompile(`^[a-z_]+$`)

// Help serves the guides, one for each reader, to anybody.
func Help() []Page {
	show := func(name string) (Reply, error) {
		g, err := readGuide(name)
		if err != nil {
			return Reply{}, err
		}
		return Show("help", g.Title, g).KeptFor(10 * time.Minute), nil
	}
	return []Page{
		{Method: "GET", Path: "/help", Open: true, Handle: func(context.Context, *Request) (Reply, error) { return show("index") }},
		{Method: "GET", Path: "/help/:topic", Open: true, Handle: func(_ context.Context, r *Request) (Reply, error) { return show(r.Param("topic")) }},
	}
}

// readGuide turns a guide into HTML. The guides are ours; raw HTML in them is
// left out all the same.
func readGuide(name string) (guide, error) {
	if !topicShape.MatchString(name) {
		return guide{}, domain.Hidden("page of help")
	}
	text, err := guides.ReadFile("help/" + name + ".md")
	if err != nil {
		return guide{}, domain.Hidden("page of help")
	}
	title, rest, _ := strings.Cut(string(text), "\n")
	var b bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.Table)).Convert([]byte(rest), &b); err != nil {
		return guide{}, err
	}
	// A wide table scrolls by itself, and a keyboard can reach it.
	html := strings.NewReplacer(
		"<table>", `<div class="fm-scroll" tabindex="0" role="region" aria-label="Table"><table>`, "</table>", "</table></div>",
	).Replace(b.String())
	return guide{Title: strings.TrimPrefix(title, "# "), Body: template.HTML(html)}, nil
}
