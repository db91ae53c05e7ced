package api

import (
	"context"

	"folkmoot/app/httpx"
	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

// maxLookupFile bounds an unpacked lookup: the directory of all postcodes there
// ever were in the United Kingdom, with all its columns, has 1.5 GB.
const maxLookupFile = 2 << 30

type postcodesIn struct {
	Process string `path:"process"`
	Name    string `query:"name" required:"true" doc:"What it is and of when, such as SIMD 2020 by postcode."`
	Source  string `query:"source" required:"true" doc:"Who publishes it."`
	Columns string `query:"columns" required:"true" doc:"Which column holds postcode, area and deprivation, as a JSON object. A deprivation column with decile in its name holds 1 to 10, any other 1 to 5; 1 is the most deprived."`
	File    []byte `raw:"text/csv" packed:"true"`
}

func postcodeRoutes(s *recruitment.Service) []Endpoint {
	return []Endpoint{
		Route[postcodesIn, recruitment.PostcodesView]{
			Method: "POST", Path: "/processes/{process}/postcodes", Summary: "Import where postcodes lie: area and deprivation", Needs: domain.Recruit, Status: 201,
			Note: "Kept for all processes of the body, in place of what was there. A row is a postcode, a sector or a district. Taken whole or not at all: " +
				"every problem is named by row and column in one answer. A large file may come in gzip (Content-Encoding: gzip). From then on residents are asked for their postcode before the questions that it answers.",
			MaxBody: maxFrameFile, Timeout: longCall,
			Handle: func(ctx context.Context, cmd domain.Command, in postcodesIn) (recruitment.PostcodesView, error) {
				columns, err := columnsOf(in.Columns)
				if err != nil {
					return recruitment.PostcodesView{}, err
				}
				file, err := httpx.Unpack(in.File, maxLookupFile)
				if err != nil {
					return recruitment.PostcodesView{}, err
				}
				return s.ImportPostcodes(ctx, cmd, in.Process, recruitment.PostcodesInput{Name: in.Name, Source: in.Source, Columns: columns}, file)
			},
		},
		Route[onProcess, recruitment.PostcodesView]{
			Method: "GET", Path: "/processes/{process}/postcodes", Summary: "Read which lookup of postcodes is used", Needs: domain.ViewProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (recruitment.PostcodesView, error) {
				return s.Postcodes(ctx, cmd.Actor, in.Process)
			},
		},
	}
}
