package sortition_test

import "math/big"

// simplexMax maximises c·x over a·x <= b, x >= 0 with b >= 0, exactly, by
// Bland's rule: slow and simple, for comparison in tests only.
func simplexMax(a [][]*big.Rat, b, c []*big.Rat) *big.Rat {
	m, n := len(a), len(c)
	tab := make([][]*big.Rat, m+1)
	for i := range tab {
		tab[i] = make([]*big.Rat, n+m+1)
		for j := range tab[i] {
			tab[i][j] = new(big.Rat)
		}
	}
	basis := make([]int, m)
	for i := range m {
		for j := range n {
			tab[i][j].Set(a[i][j])
		}
		tab[i][n+i].SetInt64(1)
		tab[i][n+m].Set(b[i])
		basis[i] = n + i
	}
	for j := range n {
		tab[m][j].Neg(c[j])
	}
	for {
		col := -1
		for j := 0; j < n+m && col < 0; j++ {
			if tab[m][j].Sign() < 0 {
				col = j
			}
		}
		if col < 0 {
			return tab[m][n+m]
		}
		row := leaving(tab, basis, col)
		if row < 0 {
			return nil // unbounded
		}
		pivot(tab, row, col)
		basis[row] = col
	}
}

func leaving(tab [][]*big.Rat, basis []int, col int) int {
	row, last := -1, len(tab[0])-1
	var best *big.Rat
	for i := range basis {
		if tab[i][col].Sign() <= 0 {
			continue
		}
		ratio := new(big.Rat).Quo(tab[i][last], tab[i][col])
		if row < 0 || ratio.Cmp(best) < 0 || ratio.Cmp(best) == 0 && basis[i] < basis[row] {
			row, best = i, ratio
		}
	}
	return row
}

func pivot(tab [][]*big.Rat, row, col int) {
	p := new(big.Rat).Set(tab[row][col])
	for j := range tab[row] {
		tab[row][j].Quo(tab[row][j], p)
	}
	for i := range tab {
		if i == row || tab[i][col].Sign() == 0 {
			continue
		}
		f := new(big.Rat).Set(tab[i][col])
		for j := range tab[i] {
			if tab[row][j].Sign() != 0 {
				tab[i][j].Sub(tab[i][j], new(big.Rat).Mul(f, tab[row][j]))
			}
		}
	}
}
