package web

import (
	"context"
	"slices"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

type evidencePage struct {
	story
	Packs     []packShown
	Rest      []deliberation.Evidence // published, in no pack
	Witnesses []deliberation.Witness
	Balance   deliberation.Balance
	Questions []deliberation.MemberQuestion
}

type packShown struct {
	deliberation.Pack
	Things  []deliberation.Evidence
	Formats []format
}

// publicEvidence shows what members were given, by whom, and what they asked.
func (s Services) publicEvidence(ctx context.Context, r *Request) (Reply, error) {
	st, err := s.tell(ctx, r.Param("code"))
	if err != nil {
		return Reply{}, err
	}
	page, err := remember(ctx, s, "evidence", st.P.ID, func() (evidencePage, error) { return s.evidencePage(ctx, st) })
	page.story = st
	return Show("public/evidence", "Evidence: "+st.P.Name, page).KeptFor(shortly), err
}

func (s Services) evidencePage(ctx context.Context, st story) (evidencePage, error) {
	page, id, d := evidencePage{story: st}, st.P.ID, s.Deliberation
	reads := []func() error{
		func() error {
			return part(&page.Witnesses, func() ([]deliberation.Witness, error) { return d.Witnesses(ctx, public, id) })
		},
		func() error {
			return part(&page.Balance, func() (deliberation.Balance, error) { return d.Balance(ctx, public, id) })
		},
		func() error {
			return part(&page.Questions, func() ([]deliberation.MemberQuestion, error) { return d.Questions(ctx, public, id) })
		},
	}
	for _, read := range reads {
		if err := read(); err != nil {
			return page, err
		}
	}
	page.packs()
	return page, nil
}

// packs puts every published item under its pack.
func (p *evidencePage) packs() {
	items := map[string]deliberation.Evidence{}
	for _, e := range p.story.Evidence {
		items[e.ID] = e
	}
	used := map[string]bool{}
	for _, pack := range p.story.Packs {
		shown := packShown{Pack: pack, Formats: formatsOf(p.P.Code, pack.Formats)}
		for _, it := range pack.Items {
			if e, ok := items[it.Evidence]; ok {
				shown.Things = append(shown.Things, e)
				used[e.ID] = true
			}
		}
		p.Packs = append(p.Packs, shown)
	}
	for _, e := range p.story.Evidence {
		if !used[e.ID] {
			p.Rest = append(p.Rest, e)
		}
	}
}

// WitnessOf names who brought an item.
func (p evidencePage) WitnessOf(id string) string {
	for _, w := range p.Witnesses {
		if w.ID == id {
			if w.Organisation != "" {
				return w.Name + ", " + w.Organisation
			}
			return w.Name
		}
	}
	return ""
}

// publicFile sends a file that something published names: evidence, a pack,
// the report, a proof. No other file can be had here.
func (s Services) publicFile(ctx context.Context, r *Request) (Reply, error) {
	st, err := s.tell(ctx, r.Param("code"))
	if err != nil {
		return Reply{}, err
	}
	hash := r.Param("hash")
	if !slices.Contains(st.files(), hash) {
		return Reply{}, domain.Hidden("file")
	}
	content, mediaType, err := s.Files.Get(ctx, hash)
	if err != nil {
		return Reply{}, err
	}
	return Send(mediaType, st.P.Code+"-"+hash[:8]+ending(mediaType), content), nil
}

// files lists what published things name.
func (st story) files() []string {
	var out []string
	formats := func(m map[string]string) {
		for _, at := range m {
			out = append(out, at)
		}
	}
	for _, e := range st.Evidence {
		out = append(out, e.File)
		formats(e.Formats)
		for _, n := range e.Notices {
			out = append(out, n.File)
		}
	}
	for _, p := range st.Packs {
		formats(p.Formats)
	}
	if st.Report != nil {
		formats(st.Report.Formats)
	}
	for _, a := range st.Actions {
		for _, p := range a.Proofs {
			out = append(out, p.Link)
		}
	}
	return slices.DeleteFunc(out, func(h string) bool { return len(h) != 64 })
}

// ending is a file's ending by its media type.
func ending(mediaType string) string {
	return map[string]string{
		"application/pdf": ".pdf", "text/csv": ".csv", "text/plain": ".txt", "application/json": ".json", "image/png": ".png", "image/jpeg": ".jpg",
		"video/mp4": ".mp4", "audio/mpeg": ".mp3",
	}[mediaType]
}
