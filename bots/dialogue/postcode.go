package dialogue

import (
	"regexp"
	"strings"
)

// Shapes of postcodes: United Kingdom (BS 7666) and Eircode.
var (
	ukPostcode = regexp.MustCompile(`\b([A-Z]{1,2}[0-9OI][0-9A-Z]?) ?([0-9OI][A-Z]{2})\b`)
	eircode    = regexp.MustCompile(`\b([AC-FHKNPRTV-Y][0-9]{2}|D6W) ?([0-9AC-FHKNPRTV-Y]{4})\b`)
)

// letter O and letter I typed for nought and one where only a digit can be.
var asDigits = strings.NewReplacer("O", "0", "I", "1")

// readPostcode finds a postcode anywhere in a reply and writes it the usual
// way: capitals, one space.
func readPostcode(text string) (string, bool) {
	upper := strings.ToUpper(strings.Join(strings.Fields(text), " "))
	if p := ukPostcode.FindStringSubmatch(upper); p != nil {
		return ukOutward(p[1]) + " " + asDigits.Replace(p[2][:1]) + p[2][1:], true
	}
	if p := eircode.FindStringSubmatch(upper); p != nil {
		return p[1] + " " + p[2], true
	}
	return "", false
}

// ukOutward mends the district of an outward code: "GLI6" is "GL16". The
// area's own letters are left alone, and so is a district's last letter
// (EC1A).
func ukOutward(out string) string {
	area := 1
	if len(out) > 1 && out[1] >= 'A' && out[1] <= 'Z' && len(out) > 2 {
		area = 2
	}
	return out[:area] + asDigits.Replace(out[area:])
}
