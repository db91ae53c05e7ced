package web

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// messagePages are the messages that need a person.
func messagePages(s Services) []Page {
	return []Page{
		get("/staff/processes/:process/messages", s.messages),
		post("/staff/processes/:process/messages/:item/claim", s.claimMessage),
		post("/staff/processes/:process/messages/:item/reply", s.replyMessage),
		post("/staff/processes/:process/messages/:item/close", s.closeMessage),
		post("/staff/processes/:process/messages/:item/hand-back", s.handBackMessage),
	}
}

type messagesPage struct {
	desk
	State string
	Items []outreach.ItemView
	Times outreach.ServiceTimes
	More  string
	// Unreviewed are the languages whose texts no native speaker has checked.
	Unreviewed []string
}

// itemStates are the lists of the queue.
var itemStates = []string{outreach.ItemOpen, outreach.ItemClaimed, outreach.ItemAnswered, outreach.ItemClosed}

// StateTabs are the lists, as tabs.
func (p messagesPage) StateTabs() []tab {
	labels := map[string]string{outreach.ItemOpen: "Waiting", outreach.ItemClaimed: "Taken", outreach.ItemAnswered: "Answered", outreach.ItemClosed: "Closed"}
	var out []tab
	for _, st := range itemStates {
		out = append(out, tab{p.URL("/messages?state=" + st), labels[st], st == p.State})
	}
	return out
}

func (s Services) messages(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	page := messagesPage{desk: d, State: r.Query.Get("state"), Unreviewed: s.Unreviewed}
	if page.State == "" {
		page.State = outreach.ItemOpen
	}
	items, next, err := s.Outreach.QueueList(ctx, r.Actor, d.P.ID, page.State, domain.Cursor(r.Query.Get("after")), 50)
	if err != nil {
		return Reply{}, err
	}
	page.Items = items
	if page.Times, err = s.Outreach.QueueTimes(ctx, r.Actor, d.P.ID); err != nil {
		return Reply{}, err
	}
	if next != "" {
		page.More = d.URL("/messages?state=" + url.QueryEscape(page.State) + "&after=" + url.QueryEscape(string(next)))
	}
	return Show("staff/messages", "Messages: "+d.P.Name, page), nil
}

type messagePage struct {
	desk
	Item outreach.ItemView
	// Unreviewed are the languages whose texts no native speaker has checked.
	Unreviewed []string
}

// languageNames are the languages as staff call them.
var languageNames = map[string]string{"en": "English", "cy": "Welsh", "ga": "Irish", "pl": "Polish", "pt": "Portuguese"}

// Lang is the language of the conversation, without its variant.
func (p messagePage) Lang() string {
	base, _, _ := strings.Cut(p.Item.Lang, "-")
	return base
}

// Language is its name, "" for English.
func (p messagePage) Language() string {
	if p.Lang() == "en" {
		return ""
	}
	if name, ok := languageNames[p.Lang()]; ok {
		return name
	}
	return p.Lang()
}

// Unchecked is the message's language where no native speaker has checked it.
func (p messagePage) Unchecked() []string {
	if name := p.Language(); name != "" && slices.Contains(p.Unreviewed, name) {
		return []string{name}
	}
	return nil
}

// claimMessage takes a message and shows its words; the look is recorded by
// the service before they are opened. The words are never put into an address.
func (s Services) claimMessage(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	item, err := s.Outreach.QueueClaim(ctx, r.Command(), d.P.ID, r.Param("item"))
	if err != nil {
		list, again := s.messages(ctx, r)
		if again != nil {
			return Reply{}, err
		}
		return r.Again(list, err)
	}
	return Show("staff/message", "A message", messagePage{desk: d, Item: item, Unreviewed: s.Unreviewed}), nil
}

// messageAgain goes back to the list, or shows the message with what is
// wrong.
func (s Services) messageAgain(ctx context.Context, r *Request, err error) (Reply, error) {
	if err == nil {
		return Go("/staff/processes/" + url.PathEscape(r.Param("process")) + "/messages"), nil
	}
	page, again := s.claimMessage(ctx, r)
	if again != nil {
		return Reply{}, err
	}
	return r.Again(page, err)
}

func (s Services) replyMessage(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Outreach.QueueReply(ctx, r.Command(), r.Param("process"), r.Param("item"), outreach.ReplyInput{Text: strings.TrimSpace(r.Form.Get("begin") + " " + strings.TrimSpace(r.Form.Get("text")))})
	return s.messageAgain(ctx, r, err)
}

func (s Services) closeMessage(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Outreach.QueueClose(ctx, r.Command(), r.Param("process"), r.Param("item"), outreach.CloseInput{Outcome: r.Form.Get("outcome")})
	return s.messageAgain(ctx, r, err)
}

func (s Services) handBackMessage(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Outreach.QueueHandBack(ctx, r.Command(), r.Param("process"), r.Param("item"))
	return s.messageAgain(ctx, r, err)
}

// reasons say why a message needs a person.
var reasons = map[string]Status{
	outreach.ReasonDanger:        {"late", "Somebody may be in danger: look now"},
	outreach.ReasonNotUnderstood: {"due", "Not understood"},
	outreach.ReasonHelp:          {"due", "Asks for a person"},
	outreach.ReasonQuestion:      {"due", "A question"},
	outreach.ReasonNoProcess:     {"due", "Nobody knows whom it is for"},
	outreach.ReasonTooMany:       {"waiting", "Very many texts"},
	outreach.ReasonUnclear:       {"late", "A decision that perhaps did not go out"},
	outreach.ReasonRefused:       {"late", "Could not be done"},
	outreach.ReasonUnsaid:        {"late", "The answer lacks something"},
	outreach.ReasonMayStop:       {"late", "May want no more texts"},
	outreach.ReasonNoWay:         {"late", "Neither text nor letter reaches them"},
	outreach.ReasonOpenQuestion:  {"late", "Was being asked something; find another way"},
	"wrong_person":               {"late", "The number is somebody else’s; find another way"},
	"new_number":                 {"due", "Wants texts to another number"},
	"absent":                     {"late", "Cannot come"},
	"late":                       {"late", "Is late"},
	"erase_request":              {"due", "Wants their data erased"},
	"benefits_call":              {"due", "Wants a call about benefits"},
	"more":                       {"due", "Said more, perhaps to one of you"},
	"in_time":                    {"late", "Answered in time; it reached us too late"},
	"late_yes":                   {"due", "Says yes to a seat that was passed on"},
	"ring_change":                {"late", "Ring them: no text reaches them about a change"},
}

func reasonStatus(reason string) Status {
	if st, ok := reasons[reason]; ok {
		return st
	}
	return Status{"due", first(words(reason))}
}
