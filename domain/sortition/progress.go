package sortition

// Progress tells how far a computation is. Total is 0 where it is not known.
type Progress struct {
	Phase string `json:"phase"` // leximin, panels, coverage, pricing, rounding
	Done  int    `json:"done"`
	Total int    `json:"total"`
}
