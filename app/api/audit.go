package api

import (
	"bytes"
	"context"

	"folkmoot/domain"
	"folkmoot/domain/audit"
)

type auditIn struct {
	onProcess
	Paging
}

// Audit lists the calls about the record of a process.
func Audit(s *audit.Service) Area {
	return Area{Name: "audit", About: "The hash chain of what was done.", Routes: []Endpoint{
		Route[auditIn, Page[audit.View]]{
			Method: "GET", Path: "/processes/{process}/audit", Summary: "Read the record in order", Needs: domain.ViewAudit,
			Handle: func(ctx context.Context, cmd domain.Command, in auditIn) (Page[audit.View], error) {
				items, next, err := s.List(ctx, cmd.Actor, in.Process, in.Limit, in.After)
				return Page[audit.View]{Items: items, Next: next}, err
			},
		},
		Route[onProcess, audit.Head]{
			Method: "GET", Path: "/public/processes/{process}/audit-head", Summary: "Read the hash that holds the whole record", Open: true,
			Handle: func(ctx context.Context, _ domain.Command, in onProcess) (audit.Head, error) {
				return s.Head(ctx, in.Process)
			},
		},
		Route[onProcess, File]{
			Method: "GET", Path: "/processes/{process}/audit-export", Summary: "Export the record for an offline check by folkmoot verify", Needs: domain.ViewAudit,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (File, error) {
				var b bytes.Buffer
				err := s.Export(ctx, cmd.Actor, in.Process, &b)
				return File{Name: audit.ExportName, MediaType: "application/jsonl", Content: b.Bytes()}, err
			},
		},
	}}
}
