package dialogue

// near reports whether a typed word is close enough to a known one by the
// Damerau-Levenshtein rules: never up to three letters, one slip for four to
// six, two from seven. Length is that of the known word.
func near(typed, known string) bool {
	a, b := []rune(typed), []rune(known)
	most := 0
	switch {
	case len(b) >= 7:
		most = 2
	case len(b) >= 4:
		most = 1
	}
	if most == 0 || len(a) < 4 || len(a)-len(b) > most || len(b)-len(a) > most {
		return false
	}
	return distance(a, b) <= most
}

// distance is the optimal string alignment distance: inserts, deletes,
// substitutions and swaps of neighbours each cost one.
func distance(a, b []rune) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
