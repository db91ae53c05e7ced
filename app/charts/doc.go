// Package charts draws the pictures of a draw as HTML: population, pool and
// panel beside the target for each value; how the chances are spread; the
// panel as a ring of seats. Staff pages, public pages and the report of
// "folkmoot draw" show the same pictures.
//
// Every number of a picture also stands beside it in words: a reader who sees
// no picture misses nothing. Marks differ by shape as well as by colour. A
// hidden count is drawn nowhere. The markup fits a telephone of 320 px and a
// sheet of paper, carries no inline style, and is dressed by charts.css.
//
// The package decides nothing: which counts are hidden is its caller's part.
package charts
