package sortition_test

import (
	"testing"

	"folkmoot/domain/sortition"
)

func TestAlternates(t *testing.T) {
	t.Parallel()
	p := shapeMiddle.build(5)
	for name, stay := range map[string]map[string]float64{"equal": nil, "learned": {"": 0.95, "f1: v1": 0.6}} {
		l := prepare(t, p, sortition.Options{Panels: 20, Alternates: 6, Stay: stay})
		o, err := sortition.Conclude(l, dice)
		if err != nil {
			t.Fatal(err)
		}
		mustVerify(t, l, "alternates")
		a := l.Certificate.Choice.Alternates
		if len(a.IDs) != 6 || o.Reserves[0] != a.IDs[0] {
			t.Fatalf("%s: %+v, reserves %v", name, a, o.Reserves[:6])
		}
		if a.LossWith >= a.LossWithout {
			t.Errorf("%s: loss %v with alternates, %v without", name, a.LossWith, a.LossWithout)
		}
		t.Logf("%s: %+v", name, a)
	}
}
