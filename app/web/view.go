package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"strings"
	"sync"
	"time"

	"folkmoot/domain"
)

//go:embed templates
var templates embed.FS

// View is what every template is given; Data is the page's own.
type View struct {
	Title   string
	Actor   domain.Actor
	Path    string
	Data    any
	Demo    bool
	Now     time.Time
	Key     string     // for the forms of the page
	Form    url.Values // what was typed, when a form is shown again
	Problem *domain.Error
	BaseURL string
	Part    bool // render "main" alone
}

// SignedIn reports whether somebody is.
func (v View) SignedIn() bool { return !v.Actor.Holds(domain.Public, domain.Scope{}) }

// IsMember reports whether the one signed in is a member of some process.
func (v View) IsMember() bool {
	for _, g := range v.Actor.Grants {
		if g.Role == domain.Member {
			return true
		}
	}
	return false
}

// views holds a template per page, and of those that were shown one more per
// time zone: what concerns a process says its times where the process is.
type views struct {
	pages  map[string]*template.Template // as parsed, never executed
	assets Assets
	zone   *time.Location

	mu    sync.Mutex
	zoned map[string]*template.Template // by zone and page
}

// zoned is what a page's data may say: where its times are told.
type zoned interface{ Zone() *time.Location }

// mustViews parses all templates: layout and parts are shared, every other
// file is a page, named by its path without .html.
func mustViews(a Assets, zone *time.Location) *views {
	root, err := fs.Sub(templates, "templates")
	if err != nil { // the folder is embedded
		panic(err)
	}
	base := template.New("layout.html").Funcs(funcs(a, zone)).Funcs(pageWords).Option("missingkey=error")
	base = template.Must(base.ParseFS(root, "layout.html", "parts/*.html"))
	v := &views{pages: map[string]*template.Template{}, assets: a, zone: zone, zoned: map[string]*template.Template{}}
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == "layout.html" || strings.HasPrefix(path, "parts/") || !strings.HasSuffix(path, ".html") {
			return err
		}
		t := template.Must(template.Must(base.Clone()).ParseFS(root, path))
		if t.Lookup("main") == nil {
			return fmt.Errorf("%s defines no main", path)
		}
		v.pages[strings.TrimSuffix(path, ".html")] = t
		return nil
	})
	if err != nil {
		panic("web: " + err.Error())
	}
	return v
}

// render writes the whole page before anything is sent: a fault in a template
// must not leave half a page.
func (v *views) render(name string, data View) ([]byte, error) {
	t, err := v.page(name, data.Data)
	if err != nil {
		return nil, err
	}
	entry := "layout.html"
	if data.Part {
		entry = "main"
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, entry, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// page is a page's template with the words for the zone of its data.
func (v *views) page(name string, data any) (*template.Template, error) {
	zone := v.zone
	if z, ok := data.(zoned); ok {
		zone = z.Zone()
	}
	key := zone.String() + " " + name
	v.mu.Lock()
	defer v.mu.Unlock()
	if t, ok := v.zoned[key]; ok {
		return t, nil
	}
	parsed, ok := v.pages[name]
	if !ok {
		return nil, fmt.Errorf("there is no template %q", name)
	}
	t, err := parsed.Clone()
	if err != nil {
		return nil, err
	}
	v.zoned[key] = t.Funcs(funcs(v.assets, zone))
	return t, nil
}

// zoneNamed is the zone of an IANA name; UTC where there is none such.
func zoneNamed(name string) *time.Location {
	if l, err := time.LoadLocation(name); err == nil {
		return l
	}
	return time.UTC
}
