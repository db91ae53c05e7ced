package people

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"strings"

	"folkmoot/domain"
)

// ExportInput asks for the finance export. With Batch an earlier export is
// made again.
type ExportInput struct {
	Batch string `json:"batch,omitempty"`
}

// Export is a finance export: what is approved and was not exported before.
type Export struct {
	Batch    string `json:"batch"`
	Count    int    `json:"count"`
	Pence    int64  `json:"pence"`
	NoBank   int    `json:"no_bank"` // rows of people who chose to be paid but gave no account yet
	CSV      []byte `json:"csv"`
	Filename string `json:"filename"`
}

// LogValue hides the rows from logs.
func (e Export) LogValue() slog.Value { return slog.StringValue(e.Batch) }

var exportHeader = []string{
	"payment", "batch", "kind", "session", "pounds", "by", "name", "account_name", "sort_code", "account_number", "address", "postcode",
}

// ExportPayments answers the approved payments as a CSV file for finance, with
// bank details: the only way they leave. The look is recorded first; the file
// is not kept. The same command answers the same batch again.
func (s *Service) ExportPayments(ctx context.Context, cmd domain.Command, process string, in ExportInput) (Export, error) {
	ref, err := s.d.Processes.Ref(ctx, process)
	if err != nil {
		return Export{}, err
	}
	if err := domain.Authorize(cmd.Actor, domain.ExportPayment, ref.Scope()); err != nil {
		return Export{}, err
	}
	out := Export{Batch: in.Batch}
	if out.Batch == "" {
		out.Batch = cmd.ID("export")
	}
	due, err := s.exportable(ctx, process, out.Batch, in.Batch == "")
	if err != nil {
		return Export{}, err
	}
	ev := domain.Event{Action: "payment.exported", Subject: "processes:" + process,
		Data: map[string]any{"purpose": "payment", "batch": out.Batch, "count": len(due)}}
	if err := s.look(ctx, cmd, ref, ev); err != nil {
		return Export{}, err
	}
	out.Filename = "payments-" + out.Batch + ".csv"
	return s.writeExport(ctx, cmd, due, out)
}

// exportable are the payments of a batch and, for a new one, those that are
// in none.
func (s *Service) exportable(ctx context.Context, process, batch string, fresh bool) ([]Payment, error) {
	var out []Payment
	for _, st := range []PaymentState{Approved, PartPaid, Paid} {
		for p, err := range s.d.Payments.Find(ctx, domain.Query{Index: "state", Equal: []any{process, string(st)}}) {
			if err != nil {
				return nil, err
			}
			if p.Export == batch || fresh && p.Export == "" && st == Approved {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

func (s *Service) writeExport(ctx context.Context, cmd domain.Command, due []Payment, out Export) (Export, error) {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	_ = w.Write(exportHeader) // a bytes.Buffer takes everything
	for _, pay := range due {
		row, bank, err := s.exportRow(ctx, pay, out.Batch)
		if err != nil {
			return Export{}, err
		}
		if err := s.markExported(ctx, cmd, pay.ID, out.Batch); err != nil {
			return Export{}, err
		}
		if !bank {
			out.NoBank++
		}
		out.Count++
		out.Pence += pay.Pence - pay.PaidPence
		_ = w.Write(row)
	}
	w.Flush()
	out.CSV = buf.Bytes()
	return out, w.Error()
}

// exportRow is one line; bank is false when the person chose to be paid and
// gave no account.
func (s *Service) exportRow(ctx context.Context, pay Payment, batch string) (row []string, bank bool, err error) {
	p, err := s.d.People.Get(ctx, pay.Person)
	if err != nil {
		return nil, false, err
	}
	var id Identity
	var acc BankDetails
	if p.Status != Erased {
		if id, err = s.identityOf(ctx, p); err != nil {
			return nil, false, err
		}
		if err = s.open(ctx, p.ID, boundBank, p.Bank, &acc); err != nil {
			return nil, false, err
		}
	}
	rest := pay.Pence - pay.PaidPence
	row = []string{pay.ID, batch, pay.Kind, pay.Session, fmt.Sprintf("%d.%02d", rest/100, rest%100), p.PaymentChoice,
		string(id.Name), string(acc.AccountName), string(acc.SortCode), string(acc.AccountNumber), string(id.Address), string(id.Postcode)}
	for i := range row {
		row[i] = plainCell(row[i])
	}
	return row, acc.AccountNumber != "" || p.PaymentChoice != Pay, nil
}

// plainCell keeps a spreadsheet from reading text as a formula.
func plainCell(v string) string {
	if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
		return "'" + v
	}
	return v
}

func (s *Service) markExported(ctx context.Context, cmd domain.Command, id, batch string) error {
	_, err := s.d.Payments.Update(ctx, id, func(p *Payment) error {
		if p.Export == batch {
			return domain.ErrNoChange
		}
		if p.Export != "" {
			return domain.E(domain.Conflict, "payment %s was exported by somebody else meanwhile; start the export again", id)
		}
		p.Export = batch
		p.record(cmd.Sub(id), s.d.Clock.Now(), "payment.in_export", map[string]any{"batch": batch})
		return nil
	})
	return err
}
