package api

import (
	"context"
	"maps"
	"slices"

	"folkmoot/domain"
)

type onProfile struct {
	Profile string `path:"profile"`
}

// profileList is not paged: there are as many as files of the installation.
type profileList[P any] struct {
	Items []P `json:"items"`
}

// Profiles lists the jurisdictions by id: what the law there asks, as data.
// P is the program's own type, which package api does not know.
func Profiles[P any](all map[string]P) Area {
	return Area{Name: "profiles", About: "Jurisdictions: duty steps, equality categories, times of keeping and reports, with their sources.", Routes: []Endpoint{
		Route[struct{}, profileList[P]]{
			Method: "GET", Path: "/profiles", Summary: "List the jurisdictions", Open: true,
			Handle: func(context.Context, domain.Command, struct{}) (profileList[P], error) {
				var out profileList[P]
				for _, id := range slices.Sorted(maps.Keys(all)) {
					out.Items = append(out.Items, all[id])
				}
				return out, nil
			},
		},
		Route[onProfile, P]{
			Method: "GET", Path: "/profiles/{profile}", Summary: "Read a jurisdiction: the steps of its duty assessment among it", Open: true,
			Handle: func(_ context.Context, _ domain.Command, in onProfile) (P, error) {
				p, ok := all[in.Profile]
				if !ok {
					return p, domain.Hidden("jurisdiction")
				}
				return p, nil
			},
		},
	}}
}
