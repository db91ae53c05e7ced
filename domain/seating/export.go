package seating

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// ExportFormat marks the export of a plan.
const ExportFormat = "folkmoot seating 1"

// Export is a plan with all that it was made from, so that anyone who may see
// it can check it again. It holds ids and the chosen fields of people.
type Export struct {
	Format      string            `json:"format"`
	Program     string            `json:"program"`
	Inputs      map[string]string `json:"inputs,omitempty"` // file -> SHA-256, in hex
	RequestHash string            `json:"request_hash"`     // SHA-256 of the request as it stands here
	Request     Request           `json:"request"`
	Rounds      []Tables          `json:"rounds"`
	Measures    Measures          `json:"measures"`
}

// NewExport states a plan and its request.
func NewExport(req Request, plan *Plan, program string, inputs map[string]string) (*Export, error) {
	hash, err := HashRequest(req)
	if err != nil {
		return nil, err
	}
	return &Export{Format: ExportFormat, Program: program, Inputs: inputs, RequestHash: hash, Request: req,
		Rounds: plan.Rounds, Measures: plan.Measures}, nil
}

// HashRequest is the SHA-256 of a request as JSON, in hex.
func HashRequest(req Request) (string, error) {
	data, err := json.Marshal(req)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
