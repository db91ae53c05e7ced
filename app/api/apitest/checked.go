package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"folkmoot/app/api"
	"folkmoot/app/httpx"
)

// Checked fails every round trip below /api/v1 whose answer the document does
// not describe. Other addresses pass unread.
func Checked(document []byte, next http.RoundTripper) http.RoundTripper {
	var doc map[string]any
	if err := json.Unmarshal(document, &doc); err != nil {
		panic("apitest: the document is not JSON: " + err.Error())
	}
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		panic("apitest: " + err.Error())
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(documentURL, root); err != nil {
		panic("apitest: " + err.Error())
	}
	return &checked{next: next, paths: doc["paths"].(map[string]any), compiler: c}
}

const documentURL = "mem:///openapi.json"

type checked struct {
	next  http.RoundTripper
	paths map[string]any

	mu       sync.Mutex
	compiler *jsonschema.Compiler
}

func (t *checked) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), api.Prefix)
	if !ok {
		return resp, nil
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err := t.check(r.Method, path, resp, body); err != nil {
		return nil, fmt.Errorf("the answer %d to %s %s is not as the document says: %w: %s", resp.StatusCode, r.Method, path, err, body)
	}
	return resp, nil
}

func (t *checked) check(method, path string, resp *http.Response, body []byte) error {
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	template := t.template(path)
	item, _ := t.paths[template].(map[string]any)
	op, known := item[strings.ToLower(method)].(map[string]any)
	if !known {
		if resp.StatusCode < 400 {
			return fmt.Errorf("the document knows no such call")
		}
		return t.problem(mediaType, body)
	}
	if resp.StatusCode >= 400 {
		return t.problem(mediaType, body)
	}
	status := strconv.Itoa(resp.StatusCode)
	answer, ok := op["responses"].(map[string]any)[status].(map[string]any)
	if !ok {
		return fmt.Errorf("the document does not list the status")
	}
	content, ok := answer["content"].(map[string]any)
	if !ok {
		if len(body) > 0 {
			return fmt.Errorf("the document says there is no content")
		}
		return nil
	}
	if _, file := content["*/*"]; file {
		return nil
	}
	if _, ok := content[mediaType]; !ok {
		return fmt.Errorf("the media type %q is not listed", mediaType)
	}
	return t.valid(pointer("paths", template, strings.ToLower(method), "responses", status, "content", mediaType, "schema"), body)
}

// template finds the path of the document that fits best: literal segments
// win over parameters.
func (t *checked) template(path string) string {
	best, bestLiterals := "", -1
	got := strings.Split(path, "/")
	for template := range t.paths {
		if n := literals(strings.Split(template, "/"), got); n > bestLiterals {
			best, bestLiterals = template, n
		}
	}
	return best
}

// literals counts the segments that are equal, -1 when the path does not fit.
func literals(template, path []string) int {
	if len(template) != len(path) {
		return -1
	}
	n := 0
	for i, segment := range template {
		switch {
		case segment == path[i]:
			n++
		case !strings.HasPrefix(segment, "{"):
			return -1
		}
	}
	return n
}

func (t *checked) problem(mediaType string, body []byte) error {
	if mediaType != httpx.ProblemType {
		return fmt.Errorf("an error comes as %q", mediaType)
	}
	return t.valid(pointer("components", "responses", "problem", "content", httpx.ProblemType, "schema"), body)
}

func (t *checked) valid(at string, body []byte) error {
	t.mu.Lock()
	schema, err := t.compiler.Compile(documentURL + "#" + at)
	t.mu.Unlock()
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

// pointer is a JSON pointer as a fragment of a URL.
func pointer(parts ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	out := ""
	for _, p := range parts {
		out += "/" + escape.Replace(p)
	}
	return out
}
