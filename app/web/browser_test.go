package web_test

import (
	"context"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"folkmoot/app/httpx"
	"folkmoot/app/web"
	"folkmoot/app/web/webtest"
	"folkmoot/domain"
	"folkmoot/domain/domaintest"
)

// The frame of every page and every part, in a real browser.
func TestPartsInABrowser(t *testing.T) {
	t.Parallel()
	a, missing := web.BuiltAssets()
	if missing {
		t.Skip("styles are not built; run make assets")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := "http://" + ln.Addr().String()
	in := &signIns{open: map[string]domain.Actor{"staff-cookie": {ID: "olive", Name: "Olive", Grants: []domain.Grant{{Role: domain.Organiser, Body: "b1"}}}}}
	gallery := web.Show("gallery", "Parts", nil)
	site := web.New(web.Options{
		SignIns: in, Clock: domaintest.NewClock(now), Assets: a, BaseURL: at, Demo: true,
		Pages: []web.Page{
			{Method: "GET", Path: "/gallery", Open: true, Handle: func(context.Context, *web.Request) (web.Reply, error) { return gallery, nil }},
			{Method: "GET", Path: "/faults", Open: true, Handle: func(_ context.Context, r *web.Request) (web.Reply, error) {
				r.Form = url.Values{"title": {"typed"}}
				return r.Again(gallery, domain.Problems{"title": "make it shorter", "outcome": "choose one", "needs": "choose at least one"}.Err())
			}},
		},
	})
	app := httpx.NewApp(httpx.Options{ErrorPage: site.ErrorPage})
	site.Mount(app)
	done := make(chan error, 1)
	go func() { done <- app.Listener(ln) }()
	t.Cleanup(func() {
		if err := app.ShutdownWithTimeout(5 * time.Second); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		_ = ln.Close() // a test that ends at once may shut down before it listens
		<-done
	})
	cookie := "folkmoot=staff-cookie"
	webtest.Check(t,
		webtest.Page{Name: "gallery", URL: at + "/gallery", Cookie: cookie},
		webtest.Page{Name: "faults", URL: at + "/faults"},
		webtest.Page{Name: "sign-in", URL: at + "/sign-in"},
		webtest.Page{Name: "help", URL: at + "/help"},
		webtest.Page{Name: "help-organiser", URL: at + "/help/organiser"},
		webtest.Page{Name: "link", URL: at + "/in/" + strings.Repeat("a", 20)},
	)
}
