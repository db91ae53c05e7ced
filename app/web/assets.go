package web

import (
	"embed"
	"encoding/json"
	"io/fs"
	"mime"
	"path"

	"github.com/gofiber/fiber/v2"

	"folkmoot/app/httpx"
	"folkmoot/domain"
)

//go:embed all:assets/dist
var built embed.FS

// Assets are the built styles, fonts and scripts, by plain name.
type Assets struct {
	files    fs.FS
	manifest map[string]string // plain name -> name with hash
}

// BuiltAssets are those of this build; missing says whether they were built
// at all: go build works on a bare clone.
func BuiltAssets() (a Assets, missing bool) {
	dist, err := fs.Sub(built, "assets/dist")
	if err != nil { // the folder is embedded with its placeholder
		panic(err)
	}
	return LoadAssets(dist)
}

// LoadAssets reads a folder with a manifest.json.
func LoadAssets(dist fs.FS) (a Assets, missing bool) {
	a = Assets{files: dist, manifest: map[string]string{}}
	content, err := fs.ReadFile(dist, "manifest.json")
	if err != nil || json.Unmarshal(content, &a.manifest) != nil {
		return a, true
	}
	return a, a.manifest["folkmoot.css"] == ""
}

// URL is the address of an asset. Its name changes with its content.
func (a Assets) URL(name string) string {
	if hashed, ok := a.manifest[name]; ok {
		return "/assets/" + hashed
	}
	return "/assets/" + name
}

// mediaTypes are named here: a machine's own list may be missing or wrong,
// and nosniff makes browsers believe us.
var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

// serve sends one asset. A name with its hash never changes, so browsers may
// keep it for a year.
func (a Assets) serve(c *fiber.Ctx) error {
	name, err := httpx.Path(c, "file")
	if err != nil {
		return err
	}
	if !a.known(name) {
		return domain.Hidden("file")
	}
	content, encoding, err := a.read(name, c.AcceptsEncodings("gzip") == "gzip")
	if err != nil {
		return domain.Hidden("file")
	}
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	mediaType := mediaTypes[path.Ext(name)]
	if mediaType == "" {
		mediaType = mime.TypeByExtension(path.Ext(name))
	}
	c.Set(fiber.HeaderContentType, mediaType)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	return c.Send(content)
}

// read gives the gzip copy where it may and there is one.
func (a Assets) read(name string, gzipped bool) (content []byte, encoding string, err error) {
	if gzipped {
		if content, err := fs.ReadFile(a.files, name+".gz"); err == nil {
			return content, "gzip", nil
		}
	}
	content, err = fs.ReadFile(a.files, name)
	return content, "", err
}

func (a Assets) known(name string) bool {
	for _, hashed := range a.manifest {
		if hashed == name {
			return true
		}
	}
	return false
}
