package sortition

import (
	"fmt"
	"strings"
)

// Code names a kind of finding. Codes are stable and translatable.
type Code string

// Codes of findings in files and problems.
const (
	CodeMissingColumn         Code = "missing_column"
	CodeDuplicateColumn       Code = "duplicate_column"
	CodeMissingRequiredColumn Code = "missing_required_column"
	CodeFeatureColumnNotFound Code = "feature_column_not_found"
	CodeNoValueSet            Code = "no_value_set"
	CodeNotANumber            Code = "not_a_number"
	CodeNegativeNumber        Code = "negative_number"
	CodeEmptyFeatureValue     Code = "empty_feature_value"
	CodeMinGreaterThanMax     Code = "min_greater_than_max"
	CodeMinFlexGreaterThanMin Code = "min_flex_greater_than_min"
	CodeMaxFlexLessThanMax    Code = "max_flex_less_than_max"
	CodeDuplicateTarget       Code = "duplicate_target"
	CodeNoTargets             Code = "no_targets"
	CodeValueNotInFeature     Code = "value_not_in_feature"
	CodeEmptyValueInFeature   Code = "empty_value_in_feature"
	CodeBlankID               Code = "blank_id"
	CodeDuplicateID           Code = "duplicate_id"
	CodeDuplicateRow          Code = "duplicate_row"
	CodeFeatureSumsConflict   Code = "feature_sums_conflict"
	CodeMinSumAboveSize       Code = "min_sum_above_size"
	CodeMaxSumBelowSize       Code = "max_sum_below_size"
	CodeDesiredOutOfRange     Code = "desired_out_of_range"
	CodeNotEnoughPeople       Code = "not_enough_people"
	CodeSizeOutOfRange        Code = "size_out_of_range"
	CodeEmptyPool             Code = "empty_pool"
	CodeNotUTF8               Code = "not_utf8"
	CodeCellTooLong           Code = "cell_too_long"
	CodeBadCSV                Code = "bad_csv"
	CodeInfeasible            Code = "infeasible"
	CodeRelaxation            Code = "relaxation"
	CodeNotRelaxable          Code = "not_relaxable"
	CodeUncoverable           Code = "agent_not_in_feasible_committee"
	CodeValueNobodyHas        Code = "value_nobody_has"
	CodeTargetBarelyMet       Code = "target_barely_met"
	CodeChanceFarBelow        Code = "chance_far_below"
	CodeGreedyIsNotFair       Code = "objective_for_comparison_only"
	CodeNotProvedBest         Code = "not_proved_best"
	CodeUnknownObjective      Code = "unknown_objective"
	CodePanelsOutOfRange      Code = "panels_out_of_range"
	CodeOptimumClaimed        Code = "optimum_claimed_not_proved"
)

// Severity parts findings that stop a draw from those that only inform.
type Severity string

const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Finding is one thing found wrong or worth knowing. Row counts the header of
// a file as row 1; Row and Column are zero and "" where there is no file.
type Finding struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	Row      int      `json:"row,omitempty"`
	Column   string   `json:"column,omitempty"`
	Cell     string   `json:"cell,omitempty"` // as a spreadsheet names it: "C7"
	Feature  string   `json:"feature,omitempty"`
	Value    string   `json:"value,omitempty"`
	Msg      string   `json:"msg"`
}

// Findings is a list of findings; as an error it stands for those that stop.
type Findings []Finding

func (f Findings) Error() string {
	lines := make([]string, 0, len(f))
	for _, one := range f {
		if one.Severity == SeverityError {
			lines = append(lines, one.String())
		}
	}
	return strings.Join(lines, "\n")
}

// String is the finding as one line with its place.
func (f Finding) String() string {
	place := ""
	switch {
	case f.Cell != "":
		place = fmt.Sprintf("row %d, column %s (%s): ", f.Row, f.Column, f.Cell)
	case f.Row > 0 && f.Column != "":
		place = fmt.Sprintf("row %d, column %s: ", f.Row, f.Column)
	case f.Row > 0:
		place = fmt.Sprintf("row %d: ", f.Row)
	}
	return place + f.Msg
}

// Err is nil when nothing found stops a draw.
func (f Findings) Err() error {
	for _, one := range f {
		if one.Severity == SeverityError {
			return f
		}
	}
	return nil
}

func (f *Findings) errorf(code Code, format string, args ...any) *Finding {
	return f.add(SeverityError, code, format, args...)
}

func (f *Findings) warnf(code Code, format string, args ...any) *Finding {
	return f.add(SeverityWarning, code, format, args...)
}

func (f *Findings) add(s Severity, code Code, format string, args ...any) *Finding {
	*f = append(*f, Finding{Code: code, Severity: s, Msg: fmt.Sprintf(format, args...)})
	return &(*f)[len(*f)-1]
}

func (f *Finding) about(t Target) *Finding {
	f.Feature, f.Value = t.Feature, t.Value
	return f
}
