package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// differs compares what is there after a step with the undisturbed play:
// every document, what the callers were answered, and what the phones and
// Slack got.
func (r *recording) differs(w *world, step int) string {
	places := slices.Concat(r.places[step], w.ground.places())
	slices.SortFunc(places, func(a, b place) int { return strings.Compare(a.String(), b.String()) })
	places = slices.Compact(places)
	have := w.ground.copy()
	now := newCanon(have, r.states[step+1], r.heard, places)
	if wrong := now.broken(places); wrong != "" {
		return wrong
	}
	want := newCanon(r.states[step+1], have, r.heard, places).read(places)
	diff := apartFrom(want, now.read(places)) + apartFrom(r.outside[step], w.heard())
	for _, name := range slices.Sorted(maps.Keys(r.notes[step+1])) {
		if !strings.HasPrefix(name, "token ") && r.notes[step+1][name] != w.notes[name] {
			diff += fmt.Sprintf("%s was answered %q, undisturbed %q\n", name, w.notes[name], r.notes[step+1][name])
		}
	}
	return diff
}

// apartFrom names what is in one of two and not in the other, and where two of
// a name begin to differ.
func apartFrom(want, got map[string][]string) string {
	var out strings.Builder
	names := maps.Clone(want)
	maps.Copy(names, got)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		var lost, added []string
		for _, x := range want[name] {
			if !slices.Contains(got[name], x) {
				lost = append(lost, x)
			}
		}
		for _, x := range got[name] {
			if !slices.Contains(want[name], x) {
				added = append(added, x)
			}
		}
		switch {
		case len(lost) == 1 && len(added) == 1:
			at := sameUntil(lost[0], added[0])
			fmt.Fprintf(&out, "%s differs:\n  undisturbed ...%s\n  now         ...%s\n", name, shortened(lost[0][max(0, at-60):], 300), shortened(added[0][max(0, at-60):], 300))
		case len(lost)+len(added) > 0:
			fmt.Fprintf(&out, "%s:\n", name)
			for _, x := range lost {
				fmt.Fprintf(&out, "  lost  %s\n", shortened(x, 400))
			}
			for _, x := range added {
				fmt.Fprintf(&out, "  added %s\n", shortened(x, 400))
			}
		case len(want[name]) != len(got[name]):
			fmt.Fprintf(&out, "%s: %d, undisturbed %d\n", name, len(got[name]), len(want[name]))
		}
	}
	return out.String()
}

func sameUntil(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func (p place) String() string { return fmt.Sprint(p.ring, "/", p.collection, "/", p.id) }

// heard is what the phones and Slack got in this step.
func (w *world) heard() map[string][]string {
	out := map[string][]string{}
	for _, n := range w.network.Numbers(1000) {
		for _, text := range w.network.Handset(n) {
			out[n] = append(out[n], random.ReplaceAllString(text.Body, "random"))
		}
		slices.Sort(out[n])
	}
	for _, m := range w.workspace.Messages() {
		out["Slack "+m.To] = append(out["Slack "+m.To], m.Text)
	}
	for k := range out {
		slices.Sort(out[k])
	}
	return out
}

func shortened(s string, most int) string { return s[:min(len(s), most)] }
