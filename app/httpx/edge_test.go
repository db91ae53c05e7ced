package httpx_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Only this package may take strings out of a Fiber request: it copies them
// and turns what cannot be read into 400. A call past it would work in tests
// and go wrong under load.
func TestNobodyReadsRequestsPastThisPackage(t *testing.T) {
	t.Parallel()
	past := regexp.MustCompile(`\bc\.(Params|ParamsInt|AllParams|ParamsParser|Query|QueryInt|QueryBool|Queries|QueryParser|Body|BodyRaw|BodyParser|FormValue|FormFile|MultipartForm|Cookies|CookieParser|Get|GetReqHeaders|ReqHeaderParser|IP|IPs|Hostname|BaseURL|Protocol)\(`)
	looked := 0
	for _, folder := range []string{"../api", "../web", ".."} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), "gofiber/fiber") {
				continue
			}
			looked++
			if found := past.FindString(string(text)); found != "" {
				t.Errorf("%s calls %s); use app/httpx, which copies", file, found)
			}
		}
	}
	if looked < 3 {
		t.Errorf("looked at %d files; the rule guards nothing", looked)
	}
}
