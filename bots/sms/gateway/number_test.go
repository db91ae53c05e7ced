package gateway_test

import (
	"testing"

	"folkmoot/bots/sms/gateway"
)

func TestNumber(t *testing.T) {
	t.Parallel()
	real, sim := gateway.NumberRules{Region: "GB"}, gateway.NumberRules{Region: "GB", Simulated: true}
	tests := []struct {
		name  string
		in    string
		rules gateway.NumberRules
		want  string // empty: refused
	}{
		{"as people write it", "07911 123456", real, "+447911123456"},
		{"with the nought in brackets", "+44 (0)7911 123456", real, "+447911123456"},
		{"with the prefix dialled", "00447911123456", real, "+447911123456"},
		{"without the nought", "7911123456", real, "+447911123456"},
		{"hyphens", "07911-123-456", real, "+447911123456"},
		{"a spreadsheet's spaces", "\u00a007911\u202f123456\u200b", real, "+447911123456"},
		{"Isle of Man", "07624 123456", real, "+447624123456"},
		{"Jersey or Guernsey", "07781 123456", real, "+447781123456"},
		{"Irish in Ireland", "087 123 4567", gateway.NumberRules{Region: "IE"}, "+353871234567"},
		{"Irish from abroad", "+353 87 123 4567", real, "+353871234567"},
		{"Polish", "512 345 678", gateway.NumberRules{Region: "PL"}, "+48512345678"},
		{"drama, simulated", "07700 900123", sim, "+447700900123"},
		{"drama, for real", "07700 900123", real, ""},
		{"drama landline", "01632 960123", sim, ""},
		{"unassigned, simulated", "+999 123456789", sim, "+999123456789"},
		{"unassigned, for real", "+999 123456789", real, ""},
		{"unassigned, one short", "+99912345678", sim, ""},
		{"letters for noughts", "077009000OO", sim, ""},
		{"words on the keypad", "0800 FLOWERS", real, ""},
		{"a short code", "60006", real, ""},
		{"a landline", "020 7946 0018", real, ""},
		{"an extension", "07911 123456 ext 5", real, ""},
		{"another extension", "07911123456#5", real, ""},
		{"a pager", "076 1234 5678", real, ""},
		{"premium", "0909 8790000", real, ""},
		{"nothing", "", real, ""},
		{"far too long", "0791112345607911123456", real, ""},
		{"two numbers", "07911 123456 / 07911 123457", real, ""},
		{"emoji", "📞", real, ""},
		{"a plus inside", "0791+1123456", real, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := gateway.Number(tt.in, tt.rules)
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("Number(%q) = %q, %v; want %q", tt.in, got, err, tt.want)
			}
			if err != nil && err.Error() == "" {
				t.Error("refused without a word")
			}
		})
	}
}
