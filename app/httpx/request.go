package httpx

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"folkmoot/domain"
)

// Path is a decoded path parameter, copied. Fiber leaves it as it was sent.
func Path(c *fiber.Ctx, name string) (string, error) {
	v, err := url.PathUnescape(utils.CopyString(c.Params(name)))
	if err != nil {
		return "", domain.E(domain.Invalid, "the address holds a broken %% sign").Because(err)
	}
	return v, nil
}

// Query gives all query parameters, copied and decoded.
func Query(c *fiber.Ctx) (url.Values, error) {
	v, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return nil, domain.E(domain.Invalid, "the part of the address after the question mark cannot be read").Because(err)
	}
	return v, nil
}

// Header is a request header, copied.
func Header(c *fiber.Ctx, name string) string { return utils.CopyString(c.Get(name)) }

// Headers gives all request headers, copied, in net/http's form: what a
// signature check or a bot is handed.
func Headers(c *fiber.Ctx) http.Header {
	h := http.Header{}
	c.Request().Header.VisitAll(func(k, v []byte) { h.Add(string(k), string(v)) })
	return h
}

// Cookie is a cookie's value, copied, "" when there is none.
func Cookie(c *fiber.Ctx, name string) string { return utils.CopyString(c.Cookies(name)) }

// RawBody is a copy of the body exactly as it was sent: what a signature was
// made over. Fiber's own Body would decompress it.
func RawBody(c *fiber.Ctx) []byte { return append([]byte(nil), c.Request().Body()...) }

// Form gives the fields of an urlencoded form, copied.
func Form(c *fiber.Ctx) (url.Values, error) {
	if err := wants(c, fiber.MIMEApplicationForm); err != nil {
		return nil, err
	}
	v, err := url.ParseQuery(string(c.Request().Body()))
	if err != nil {
		return nil, domain.E(domain.Invalid, "the form could not be read; please go back and send it again").Because(err)
	}
	return v, nil
}

// Upload is one file of a form, in memory: what people send us in files is
// never put on a disk unsealed.
type Upload struct {
	Name    string
	Content []byte
}

// Upload limits beside the body's own.
const (
	maxParts = 200
	maxField = 1 << 20
)

// Multipart gives the fields and files of a form that holds files, copied. A
// file field that was left empty is not among them.
func Multipart(c *fiber.Ctx) (url.Values, map[string]Upload, error) {
	unread := domain.E(domain.Invalid, "the form could not be read; please go back and send it again")
	_, params, err := mime.ParseMediaType(Header(c, fiber.HeaderContentType))
	if err != nil {
		return nil, nil, unread.Because(err)
	}
	values, files := url.Values{}, map[string]Upload{}
	parts := multipart.NewReader(bytes.NewReader(RawBody(c)), params["boundary"])
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return values, files, nil
		}
		if err != nil || n >= maxParts {
			return nil, nil, unread.Because(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, unread.Because(err)
		}
		switch name := part.FileName(); {
		case name != "":
			files[part.FormName()] = Upload{Name: name, Content: content}
		case len(content) > maxField:
			return nil, nil, unread
		case !strings.Contains(part.Header.Get(fiber.HeaderContentDisposition), "filename="):
			values.Add(part.FormName(), string(content))
		}
	}
}

// IsMultipart reports whether the body is a form that holds files.
func IsMultipart(c *fiber.Ctx) bool {
	got, _, err := mime.ParseMediaType(Header(c, fiber.HeaderContentType))
	return err == nil && got == fiber.MIMEMultipartForm
}

// Body is a copy of the body when it has the media type and comes
// uncompressed; 415 otherwise. An empty body needs no type.
func Body(c *fiber.Ctx, mediaType string) ([]byte, error) {
	body := RawBody(c)
	if len(body) == 0 {
		return nil, nil
	}
	return body, wants(c, mediaType)
}

// Packed is [Body] for what may also come in gzip: it stays packed. Read it
// with [Unpack].
func Packed(c *fiber.Ctx, mediaType string) ([]byte, error) {
	if Header(c, fiber.HeaderContentEncoding) != "gzip" {
		return Body(c, mediaType)
	}
	return RawBody(c), typed(c, mediaType)
}

// Unpack reads a body as it was before it was packed, if it was. It breaks off
// with an error after so many bytes: a small body may be packed from a huge one.
func Unpack(body []byte, most int64) (io.Reader, error) {
	if !bytes.HasPrefix(body, []byte("\x1f\x8b")) {
		return bytes.NewReader(body), nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, domain.E(domain.Invalid, "the body is no complete gzip; send it again").Because(err)
	}
	return &bounded{z, most}, nil
}

// bounded reads so many bytes and then fails.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, domain.E(domain.Invalid, "the file is too large when unpacked; leave out what is not needed")
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

func wants(c *fiber.Ctx, mediaType string) error {
	if enc := Header(c, fiber.HeaderContentEncoding); enc != "" && enc != "identity" {
		return HTTPError(http.StatusUnsupportedMediaType, "send the body uncompressed")
	}
	return typed(c, mediaType)
}

func typed(c *fiber.Ctx, mediaType string) error {
	got, _, err := mime.ParseMediaType(Header(c, fiber.HeaderContentType))
	if err != nil || !strings.EqualFold(got, mediaType) {
		return HTTPError(http.StatusUnsupportedMediaType, "send the body as %s and say so in Content-Type", mediaType)
	}
	return nil
}
