package verify

import "fmt"

// Check is one thing looked at, in plain words.
type Check struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Skipped bool   `json:"skipped,omitempty"`
	Text    string `json:"text"`
}

// Report lists what was checked. OK is true when nothing failed; what was
// skipped is said, and was not checked.
type Report struct {
	OK     bool    `json:"ok"`
	Checks []Check `json:"checks"`
}

// pass notes a check that held, or the error that it found.
func (r *Report) note(name, text string, err error) bool {
	c := Check{Name: name, OK: err == nil, Text: text}
	if err != nil {
		c.Text = err.Error()
		r.OK = false
	}
	r.Checks = append(r.Checks, c)
	return err == nil
}

func (r *Report) skip(name, format string, args ...any) {
	r.Checks = append(r.Checks, Check{Name: name, OK: true, Skipped: true, Text: fmt.Sprintf(format, args...)})
}
